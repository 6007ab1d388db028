/* SPDX-License-Identifier: MIT */
/*
 * The dashboard: the page with the report as JSON in the middle. The JSON has the keys of the JSON
 * export; only the stacks come as a tree (stack_tree.h). Source files that were asked for come as
 * an element of their own.
 */
#include "export/export.h"
#include "export/listings.h"
#include "export/page.h"
#include "export/report_writer.h"
#include "export/stack_tree.h"

struct content {
    const struct memscope_report *report;
    struct ms_stack_tree *tree;
};

static void write_report(struct ms_writer *writer, const void *data) {
    const struct content *content = data;
    ms_report_write(writer, content->report, ms_stack_tree_write, content->tree);
}

static void write_sources(struct ms_writer *writer, const void *data) {
    ms_listings_write(writer, data);
}

enum ms_status ms_export_html(const struct memscope_report *report,
                              const struct ms_export_options *options, ms_sink_fn *sink,
                              void *sink_data) {
    const struct ms_listings *listings = options != NULL ? options->listings : NULL;
    const struct content content = {report, ms_stack_tree_new(report)};
    if (content.tree == NULL) {
        return MS_NO_MEMORY;
    }
    const struct ms_page_element elements[] = {
        {"report", write_report, &content},
        {"sources", write_sources, listings},
    };
    enum ms_status status = ms_page_write(elements, listings != NULL ? 2 : 1, sink, sink_data);
    ms_stack_tree_destroy(content.tree);
    return status;
}
