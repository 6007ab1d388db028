/* SPDX-License-Identifier: MIT */
#include "export/sink_buffer.h"

#include <errno.h>
#include <string.h>

void ms_sink_buffer_init(struct ms_sink_buffer *buffer, ms_sink_fn *sink, void *sink_data) {
    buffer->sink = sink;
    buffer->sink_data = sink_data;
    buffer->used = 0;
    buffer->failed = false;
    buffer->error = 0;
}

static void s_pass_on(struct ms_sink_buffer *buffer, const void *bytes, size_t size) {
    if (buffer->failed || size == 0) {
        return;
    }
    if (!buffer->sink(buffer->sink_data, bytes, size)) {
        buffer->failed = true;
        buffer->error = errno;
    }
}

void ms_sink_buffer_put(struct ms_sink_buffer *buffer, const void *bytes, size_t size) {
    if (size > sizeof(buffer->bytes) - buffer->used) {
        s_pass_on(buffer, buffer->bytes, buffer->used);
        buffer->used = 0;
    }
    if (size > sizeof(buffer->bytes)) {
        s_pass_on(buffer, bytes, size);
        return;
    }
    memcpy(buffer->bytes + buffer->used, bytes, size);
    buffer->used += size;
}

enum ms_status ms_sink_buffer_flush(struct ms_sink_buffer *buffer) {
    s_pass_on(buffer, buffer->bytes, buffer->used);
    buffer->used = 0;
    if (buffer->failed) {
        errno = buffer->error;
        return MS_IO;
    }
    return MS_OK;
}
