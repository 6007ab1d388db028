/* SPDX-License-Identifier: MIT */
/*
 * The dashboard: the page as it was embedded at build time, with the report as JSON in the middle.
 * The JSON has the keys of the JSON export; only the stacks come as a tree (stack_tree.h).
 */
#include "dashboard/dashboard.h"
#include "export/export.h"
#include "export/report_writer.h"
#include "export/stack_tree.h"

static enum ms_status write_data(const struct memscope_report *report, struct ms_stack_tree *tree,
                                 ms_sink_fn *sink, void *sink_data) {
    struct ms_writer *writer = ms_json_writer_new(sink, sink_data, MS_JSON_SCRIPT);
    if (writer == NULL) {
        return MS_NO_MEMORY;
    }
    ms_report_write(writer, report, ms_stack_tree_write, tree);
    return writer->ops->finish(writer);
}

enum ms_status ms_export_html(const struct memscope_report *report, ms_sink_fn *sink,
                              void *sink_data) {
    struct ms_stack_tree *tree = ms_stack_tree_new(report);
    if (tree == NULL) {
        return MS_NO_MEMORY;
    }
    enum ms_status status = MS_IO;
    if (sink(sink_data, ms_dashboard_head, ms_dashboard_head_size)) {
        status = write_data(report, tree, sink, sink_data);
    }
    if (status == MS_OK && !sink(sink_data, ms_dashboard_tail, ms_dashboard_tail_size)) {
        status = MS_IO;
    }
    ms_stack_tree_destroy(tree);
    return status;
}
