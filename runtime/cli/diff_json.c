/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/diff_view.h"
#include "export/export.h"
#include "export/page.h"
#include "export/report_writer.h"
#include "export/writer.h"

static bool s_sink(void *file, const void *bytes, size_t size) {
    return fwrite(bytes, 1, size, file) == size;
}

static void s_text(struct ms_writer *writer, const char *key, const char *text) {
    writer->ops->string(writer, key);
    writer->ops->string(writer, text);
}

/* { "old": n, "new": n, "change": n } */
static void s_pair(struct ms_writer *writer, const char *key, uint64_t before, uint64_t now) {
    writer->ops->string(writer, key);
    writer->ops->begin_object(writer, 3);
    writer->ops->string(writer, "old");
    writer->ops->unsigned_integer(writer, before);
    writer->ops->string(writer, "new");
    writer->ops->unsigned_integer(writer, now);
    writer->ops->string(writer, "change");
    if (before != MEMSCOPE_UNKNOWN && now != MEMSCOPE_UNKNOWN)
        writer->ops->integer(writer, (int64_t)(now - before));
    else
        writer->ops->null(writer);
    writer->ops->end_object(writer);
}

static void s_error(struct ms_writer *writer, const struct ms_diff_row *row) {
    writer->ops->string(writer, "live_error_bytes");
    writer->ops->begin_object(writer, 2);
    writer->ops->string(writer, "old");
    writer->ops->real(writer, ms_diff_error_bytes(&row->old));
    writer->ops->string(writer, "new");
    writer->ops->real(writer, ms_diff_error_bytes(&row->new_side));
    writer->ops->end_object(writer);
}

static void s_write_row(struct ms_writer *writer, const struct ms_diff_row *row) {
    char *location = ms_diff_view_location(row);
    writer->ops->begin_object(writer, 7 + MS_DIFF_MEASURE_COUNT);
    s_text(writer, "status", ms_diff_view_status(row));
    s_text(writer, "memory", ms_storage_spelling(row->storage));
    s_text(writer, "type_name", row->type_name);
    s_text(writer, "var_name", row->var_name);
    s_text(writer, "function", row->function);
    s_text(writer, "location", location);
    for (int measure = 0; measure < MS_DIFF_MEASURE_COUNT; measure++)
        s_pair(writer, ms_diff_measure_key(measure), row->old.values[measure],
               row->new_side.values[measure]);
    s_error(writer, row);
    writer->ops->end_object(writer);
    free(location);
}

static void s_write_totals(struct ms_writer *writer, const struct memscope_summary *old,
                           const struct memscope_summary *now) {
    size_t count = 0;
#define X(member, title, bytes) count++;
    MS_DIFF_TOTALS(X)
#undef X
    writer->ops->string(writer, "summary");
    writer->ops->begin_object(writer, count);
#define X(member, title, bytes) s_pair(writer, #member, old->member, now->member);
    MS_DIFF_TOTALS(X)
#undef X
    writer->ops->end_object(writer);
}

/* With the members KEYS of both reports. */
static void s_write(struct ms_writer *writer, const struct ms_diff_view *view,
                    const char *const *keys, size_t count) {
    writer->ops->begin_object(writer, 6);
    s_text(writer, "schema", "memscope-diff");
    writer->ops->string(writer, "version");
    writer->ops->unsigned_integer(writer, 1);
    writer->ops->string(writer, "old");
    ms_report_write_sections(writer, view->old, keys, count);
    writer->ops->string(writer, "new");
    ms_report_write_sections(writer, view->new_report, keys, count);
    s_write_totals(writer, &view->old->summary, &view->new_report->summary);
    writer->ops->string(writer, "rows");
    writer->ops->begin_array(writer, view->count);
    for (size_t i = 0; i < view->count; i++)
        s_write_row(writer, view->rows[i]);
    writer->ops->end_array(writer);
    writer->ops->end_object(writer);
}

int ms_diff_view_print_json(const struct ms_diff_view *view) {
    static const char *const s_keys[] = {"process", "sampling", "notes"};
    struct ms_writer *writer = ms_json_writer_new(s_sink, stdout, MS_JSON_PRETTY);
    if (writer == NULL)
        return ms_cli_fail("out of memory");
    s_write(writer, view, s_keys, sizeof(s_keys) / sizeof(s_keys[0]));
    errno = 0;
    enum ms_status status = writer->ops->finish(writer);
    if (status == MS_IO && errno == EPIPE)
        return MS_CLI_USAGE;
    if (status != MS_OK)
        return ms_cli_fail("cannot write to standard output: %s", status == MS_IO && errno != 0
                                                                      ? strerror(errno)
                                                                      : ms_status_message(status));
    return MS_CLI_DONE;
}

static void s_write_element(struct ms_writer *writer, const void *view) {
    static const char *const s_keys[] = {"process", "sampling", "notes", "timeline"};
    s_write(writer, view, s_keys, sizeof(s_keys) / sizeof(s_keys[0]));
}

static enum ms_status s_fill(const void *view, ms_sink_fn *sink, void *sink_data) {
    const struct ms_page_element element = {"diff", s_write_element, view};
    return ms_page_write(&element, 1, false, sink, sink_data);
}

int ms_diff_view_write_page(const struct ms_diff_view *view, const char *path) {
    int status = ms_cli_written(path, ms_export_filled(s_fill, view, path));
    if (status == MS_CLI_DONE && strcmp(path, "-") != 0)
        puts(path);
    return status;
}
