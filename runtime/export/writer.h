/* SPDX-License-Identifier: MIT */
/*
 * The streaming writer that the JSON and msgpack exporters share: one report walk
 * (report_writer.c), two encodings. Values are written as they come; nothing is held in memory.
 * Containers say their size when they begin, because msgpack needs it; JSON ignores it. Errors
 * stick: the first one is kept, later calls do nothing, and finish() tells it.
 *
 * Not thread-safe: one writer, one thread.
 */
#ifndef MS_EXPORT_WRITER_H
#define MS_EXPORT_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Where the bytes go. Returns false when they could not be written; errno tells why. */
typedef bool ms_sink_fn(void *sink, const void *bytes, size_t size);

struct ms_writer;

struct ms_writer_ops {
    void (*begin_object)(struct ms_writer *writer, size_t members);
    void (*begin_array)(struct ms_writer *writer, size_t elements);
    void (*end_object)(struct ms_writer *writer);
    void (*end_array)(struct ms_writer *writer);
    /* Keys too; NULL writes null. JSON refuses bytes that are not UTF-8: MS_INVALID. */
    void (*string)(struct ms_writer *writer, const char *utf8);
    void (*integer)(struct ms_writer *writer, int64_t value);
    void (*unsigned_integer)(struct ms_writer *writer, uint64_t value); /* MEMSCOPE_UNKNOWN: null */
    void (*real)(struct ms_writer *writer, double value);               /* NaN, infinity: null */
    void (*boolean)(struct ms_writer *writer, bool value);
    void (*null)(struct ms_writer *writer);
    enum ms_status (*finish)(struct ms_writer *writer); /* flushes; frees WRITER; errno on MS_IO */
};

struct ms_writer {
    const struct ms_writer_ops *ops;
};

/* How JSON is laid out and escaped. U+2028 and U+2029, which end a line in JavaScript but not in
 * JSON, are always escaped. */
enum ms_json_style {
    MS_JSON_COMPACT = 0,
    MS_JSON_PRETTY = 1,
    MS_JSON_SCRIPT = 2, /* compact; '<', '>' and '&' escaped: cannot end an HTML <script> */
};

/* NULL when out of memory. SINK_DATA outlives the writer. */
struct ms_writer *ms_json_writer_new(ms_sink_fn *sink, void *sink_data, enum ms_json_style style);
struct ms_writer *ms_msgpack_writer_new(ms_sink_fn *sink, void *sink_data);

#endif
