/* SPDX-License-Identifier: MIT */
#include "serve/body.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/packing_sink.h"

bool ms_body_put(void *sink, const void *bytes, size_t size) {
    struct ms_body *body = sink;
    if (size > body->capacity - body->size) {
        size_t capacity = body->capacity * 2 + size + 4096;
        char *larger = realloc(body->bytes, capacity);
        if (larger == NULL) {
            errno = ENOMEM;
            return false;
        }
        body->bytes = larger;
        body->capacity = capacity;
    }
    memcpy(body->bytes + body->size, bytes, size);
    body->size += size;
    return true;
}

bool ms_body_print(struct ms_body *body, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    return length >= 0 && (size_t)length < sizeof(text) && ms_body_put(body, text, (size_t)length);
}

bool ms_body_pack(struct ms_body *body) {
    struct ms_body packed = {0};
    struct ms_packing_sink *packing = ms_packing_sink_new(ms_body_put, &packed, MS_PACKING_GZIP);
    if (packing == NULL)
        return false;
    bool put = ms_packing_sink_put(packing, body->bytes, body->size);
    bool finished = ms_packing_sink_finish(packing) == MS_OK && put;
    if (finished) {
        ms_body_fini(body);
        *body = packed;
    } else {
        ms_body_fini(&packed);
    }
    return finished;
}

void ms_body_fini(struct ms_body *body) {
    free(body->bytes);
    *body = (struct ms_body){0};
}
