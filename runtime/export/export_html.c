/* SPDX-License-Identifier: MIT */
/*
 * The dashboard: the page as it was embedded at build time, with the report as JSON in the middle.
 * The JSON has the keys of the JSON export; only the stacks come as a tree (stack_tree.h). Small
 * reports stay readable in the page; a report that would make it heavy is packed, to about a tenth.
 * Source files that were asked for come as an element of their own.
 */
#include <string.h>

#include "dashboard/dashboard.h"
#include "export/export.h"
#include "export/listings.h"
#include "export/packing_sink.h"
#include "export/report_writer.h"
#include "export/stack_tree.h"

#define PLAIN_BYTES_LIMIT (UINT64_C(2) << 20)

/* What an element of the page has in it. */
struct content {
    const char *id;
    const struct memscope_report *report;
    struct ms_stack_tree *tree;
    const struct ms_listings *listings; /* in place of the report; NULL: the report */
};

static enum ms_status write_json(const struct content *content, ms_sink_fn *sink, void *sink_data) {
    struct ms_writer *writer = ms_json_writer_new(sink, sink_data, MS_JSON_SCRIPT);
    if (writer == NULL) {
        return MS_NO_MEMORY;
    }
    if (content->listings != NULL) {
        ms_listings_write(writer, content->listings);
    } else {
        ms_report_write(writer, content->report, ms_stack_tree_write, content->tree);
    }
    return writer->ops->finish(writer);
}

static enum ms_status write_packed(const struct content *content, ms_sink_fn *sink,
                                   void *sink_data) {
    struct ms_packing_sink *packing = ms_packing_sink_new(sink, sink_data, MS_PACKING_BASE64);
    if (packing == NULL) {
        return MS_NO_MEMORY;
    }
    enum ms_status written = write_json(content, ms_packing_sink_put, packing);
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

static bool put_text(ms_sink_fn *sink, void *sink_data, const char *text) {
    return sink(sink_data, text, strlen(text));
}

/* The element of dashboard.h. */
static enum ms_status write_element(const struct content *content, ms_sink_fn *sink,
                                    void *sink_data) {
    uint64_t left = PLAIN_BYTES_LIMIT;
    enum ms_status fits = write_json(content, count_bytes, &left);
    if (fits != MS_OK && fits != MS_IO) {
        return fits;
    }
    bool packed = fits != MS_OK;
    if (!put_text(sink, sink_data,
                  packed ? "<script type=\"text/plain\" id=\""
                         : "<script type=\"application/json\" id=\"") ||
        !put_text(sink, sink_data, content->id) ||
        !put_text(sink, sink_data, packed ? "\" data-packed=\"JSON, zlib, base64\">" : "\">")) {
        return MS_IO;
    }
    enum ms_status status =
        packed ? write_packed(content, sink, sink_data) : write_json(content, sink, sink_data);
    return status == MS_OK && !put_text(sink, sink_data, "</script>") ? MS_IO : status;
}

static enum ms_status write_page(const struct content *report, const struct ms_listings *listings,
                                 ms_sink_fn *sink, void *sink_data) {
    const struct content sources = {.id = "sources", .listings = listings};
    if (!sink(sink_data, ms_dashboard_head, ms_dashboard_head_size)) {
        return MS_IO;
    }
    enum ms_status status = write_element(report, sink, sink_data);
    if (status == MS_OK && listings != NULL) {
        status = write_element(&sources, sink, sink_data);
    }
    if (status == MS_OK && !sink(sink_data, ms_dashboard_tail, ms_dashboard_tail_size)) {
        status = MS_IO;
    }
    return status;
}

enum ms_status ms_export_html(const struct memscope_report *report,
                              const struct ms_export_options *options, ms_sink_fn *sink,
                              void *sink_data) {
    struct ms_stack_tree *tree = ms_stack_tree_new(report);
    if (tree == NULL) {
        return MS_NO_MEMORY;
    }
    const struct content content = {.id = "report", .report = report, .tree = tree};
    enum ms_status status =
        write_page(&content, options != NULL ? options->listings : NULL, sink, sink_data);
    ms_stack_tree_destroy(tree);
    return status;
}
