/* SPDX-License-Identifier: MIT */
/*
 * The dashboard: the page with the report as JSON in the middle. The JSON has the keys of the JSON
 * export; only the stacks come as a tree (stack_tree.h), and live[] and leaks[] by columns. Editors
 * come as an element of their own, and so do source files that were asked for, and what a page that
 * follows its process has to know.
 */
#include "export/editor_links.h"
#include "export/export.h"
#include "export/listings.h"
#include "export/page.h"
#include "export/report_writer.h"
#include "export/stack_tree.h"

struct s_content {
    const struct memscope_report *report;
    struct ms_stack_tree *tree;
};

static void s_write_report(struct ms_writer *writer, const void *data) {
    const struct s_content *content = data;
    ms_report_write(writer, content->report, ms_stack_tree_write, content->tree);
}

/* What the server knows the process by. */
static void s_write_live(struct ms_writer *writer, const void *data) {
    writer->ops->begin_object(writer, 1);
    writer->ops->string(writer, "process");
    writer->ops->string(writer, data);
    writer->ops->end_object(writer);
}

static void s_write_sources(struct ms_writer *writer, const void *data) {
    ms_listings_write(writer, data);
}

static void s_write_editor_links(struct ms_writer *writer, const void *data) {
    ms_editor_links_write(writer, data);
}

enum ms_status ms_export_html(const struct memscope_report *report,
                              const struct ms_export_options *options, ms_sink_fn *sink,
                              void *sink_data) {
    const struct ms_listings *listings = options != NULL ? options->listings : NULL;
    const struct s_content content = {report, ms_stack_tree_new(report)};
    if (content.tree == NULL) {
        return MS_NO_MEMORY;
    }
    const char *live = options != NULL ? options->live : NULL;
    struct ms_page_element elements[4] = {
        {"report", s_write_report, &content},
        {"editor", s_write_editor_links, options != NULL ? options->editor_links : NULL},
    };
    size_t count = 2;
    if (listings != NULL) {
        elements[count++] = (struct ms_page_element){"sources", s_write_sources, listings};
    }
    if (live != NULL) {
        elements[count++] = (struct ms_page_element){"live", s_write_live, live};
    }
    enum ms_status status = ms_page_write(elements, count, live != NULL, sink, sink_data);
    ms_stack_tree_destroy(content.tree);
    return status;
}

enum ms_status ms_export_page_report(const struct memscope_report *report, ms_sink_fn *sink,
                                     void *sink_data) {
    const struct s_content content = {report, ms_stack_tree_new(report)};
    if (content.tree == NULL) {
        return MS_NO_MEMORY;
    }
    struct ms_writer *writer = ms_json_writer_new(sink, sink_data, MS_JSON_COMPACT);
    enum ms_status status = MS_NO_MEMORY;
    if (writer != NULL) {
        s_write_report(writer, &content);
        status = writer->ops->finish(writer);
    }
    ms_stack_tree_destroy(content.tree);
    return status;
}
