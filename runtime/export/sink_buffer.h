/* SPDX-License-Identifier: MIT */
/*
 * Gathers small writes for a sink. Encoders put a few bytes at a time; the sink sees large pieces.
 * Errors stick: after the first one nothing more reaches the sink, and flush() gives errno back.
 */
#ifndef MS_EXPORT_SINK_BUFFER_H
#define MS_EXPORT_SINK_BUFFER_H

#include "base/status.h"
#include "export/writer.h"

#define MS_SINK_BUFFER_BYTES 32768u

struct ms_sink_buffer {
    ms_sink_fn *sink;
    void *sink_data;
    size_t used;
    bool failed;
    int error; /* errno of the failed write */
    unsigned char bytes[MS_SINK_BUFFER_BYTES];
};

void ms_sink_buffer_init(struct ms_sink_buffer *buffer, ms_sink_fn *sink, void *sink_data);
void ms_sink_buffer_put(struct ms_sink_buffer *buffer, const void *bytes, size_t size);

/* MS_OK, or MS_IO with errno as the failed write left it. */
enum ms_status ms_sink_buffer_flush(struct ms_sink_buffer *buffer);

#endif
