/* SPDX-License-Identifier: MIT */
/* The bytes of an answer, gathered in memory. */
#ifndef MS_SERVE_BODY_H
#define MS_SERVE_BODY_H

#include <stdbool.h>
#include <stddef.h>

struct ms_body {
    char *bytes; /* malloc'ed */
    size_t size;
    size_t capacity;
};

/* An ms_sink_fn (export/writer.h); BODY is the struct ms_body. False: out of memory, errno says so.
 */
bool ms_body_put(void *body, const void *bytes, size_t size);

/* Text, as printf writes it, of less than 1 KiB. */
bool ms_body_print(struct ms_body *body, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Has the same as a gzip file in its place. False: out of memory, and BODY is as it was. */
bool ms_body_pack(struct ms_body *body);

void ms_body_fini(struct ms_body *body);

#endif
