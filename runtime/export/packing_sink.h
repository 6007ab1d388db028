/* SPDX-License-Identifier: MIT */
/* A sink that compresses what it gets and passes it on. Not thread-safe. */
#ifndef MS_EXPORT_PACKING_SINK_H
#define MS_EXPORT_PACKING_SINK_H

#include "export/writer.h"

struct ms_packing_sink;

enum ms_packing {
    MS_PACKING_BASE64, /* zlib data (RFC 1950) in base64 (RFC 4648) */
    MS_PACKING_GZIP,   /* a gzip file (RFC 1952), the same for the same input */
};

/* SINK_DATA outlives it. NULL when out of memory. */
struct ms_packing_sink *ms_packing_sink_new(ms_sink_fn *sink, void *sink_data,
                                            enum ms_packing form);

/* An ms_sink_fn; SINK is the struct ms_packing_sink. */
bool ms_packing_sink_put(void *sink, const void *bytes, size_t size);

/* Passes on what is left; frees PACKING. MS_IO, with errno, when the sink below has failed. */
enum ms_status ms_packing_sink_finish(struct ms_packing_sink *packing);

#endif
