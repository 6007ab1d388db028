/* SPDX-License-Identifier: MIT */
/*
 * The dashboard: the page as it was embedded at build time, with the report as JSON in the middle.
 * The JSON has the keys of the JSON export; only the stacks come as a tree (stack_tree.h). Small
 * reports stay readable in the page; a report that would make it heavy is packed, to about a tenth.
 */
#include <string.h>

#include "dashboard/dashboard.h"
#include "export/export.h"
#include "export/packing_sink.h"
#include "export/report_writer.h"
#include "export/stack_tree.h"

#define PLAIN_BYTES_LIMIT (UINT64_C(2) << 20)

static const char s_plain_tag[] = "<script type=\"application/json\" id=\"report\">";
static const char s_packed_tag[] =
    "<script type=\"text/plain\" id=\"report\" data-packed=\"JSON, zlib, base64\">";
static const char s_closing_tag[] = "</script>";

static enum ms_status write_json(const struct memscope_report *report, struct ms_stack_tree *tree,
                                 ms_sink_fn *sink, void *sink_data) {
    struct ms_writer *writer = ms_json_writer_new(sink, sink_data, MS_JSON_SCRIPT);
    if (writer == NULL) {
        return MS_NO_MEMORY;
    }
    ms_report_write(writer, report, ms_stack_tree_write, tree);
    return writer->ops->finish(writer);
}

static enum ms_status write_packed(const struct memscope_report *report, struct ms_stack_tree *tree,
                                   ms_sink_fn *sink, void *sink_data) {
    struct ms_packing_sink *packing = ms_packing_sink_new(sink, sink_data, MS_PACKING_BASE64);
    if (packing == NULL) {
        return MS_NO_MEMORY;
    }
    enum ms_status written = write_json(report, tree, ms_packing_sink_put, packing);
    enum ms_status finished = ms_packing_sink_finish(packing);
    return written == MS_OK ? finished : written;
}

/* A sink that takes so many bytes and no more. */
static bool count_bytes(void *sink, const void *bytes, size_t size) {
    (void)bytes;
    uint64_t *left = sink;
    if (size > *left) {
        return false;
    }
    *left -= size;
    return true;
}

static enum ms_status write_page(const struct memscope_report *report, struct ms_stack_tree *tree,
                                 ms_sink_fn *sink, void *sink_data) {
    uint64_t left = PLAIN_BYTES_LIMIT;
    enum ms_status fits = write_json(report, tree, count_bytes, &left);
    if (fits != MS_OK && fits != MS_IO) {
        return fits;
    }
    const char *tag = fits == MS_OK ? s_plain_tag : s_packed_tag;
    if (!sink(sink_data, ms_dashboard_head, ms_dashboard_head_size) ||
        !sink(sink_data, tag, strlen(tag))) {
        return MS_IO;
    }
    enum ms_status status = fits == MS_OK ? write_json(report, tree, sink, sink_data)
                                          : write_packed(report, tree, sink, sink_data);
    if (status != MS_OK) {
        return status;
    }
    return sink(sink_data, s_closing_tag, strlen(s_closing_tag)) &&
                   sink(sink_data, ms_dashboard_tail, ms_dashboard_tail_size)
               ? MS_OK
               : MS_IO;
}

enum ms_status ms_export_html(const struct memscope_report *report,
                              const struct ms_export_options *options, ms_sink_fn *sink,
                              void *sink_data) {
    (void)options;
    struct ms_stack_tree *tree = ms_stack_tree_new(report);
    if (tree == NULL) {
        return MS_NO_MEMORY;
    }
    enum ms_status status = write_page(report, tree, sink, sink_data);
    ms_stack_tree_destroy(tree);
    return status;
}
