/* SPDX-License-Identifier: MIT */
#include "cli/top_rows.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/text.h"

/* ---- names ---- */

static char *s_clean(char *text) {
    char *clean = ms_text_clean(text);
    free(text);
    return clean;
}

char *ms_top_type_name(const char *type) {
    return ms_text_clean(type != NULL ? type : "(not known)");
}

char *ms_top_variable_name(const char *variable, const char *type) {
    return s_clean(ms_cli_format("%s  %s", variable != NULL ? variable : "(no variable)",
                                 type != NULL ? type : "(not known)"));
}

/* "net.c:11 read_line line" */
char *ms_top_site_name(const char *location, const char *function, const char *variable) {
    const char *slash = location != NULL ? strrchr(location, '/') : NULL;
    const char *place = slash != NULL ? slash + 1 : location != NULL ? location : "?";
    return s_clean(ms_cli_format("%s %s%s%s", place, function != NULL ? function : "?",
                                 variable != NULL ? "  " : "", variable != NULL ? variable : ""));
}

char *ms_top_thread_name(const struct memscope_thread_report *thread) {
    return s_clean(ms_cli_format("%llu %s", (unsigned long long)thread->tid,
                                 thread->name != NULL ? thread->name : ""));
}

/* ---- rows ---- */

static uint64_t s_known(uint64_t value) {
    return value != MEMSCOPE_UNKNOWN ? value : 0;
}

static void s_take_type(const struct memscope_report *report, size_t at, struct ms_top_row *row) {
    const struct memscope_type_report *type = &report->types[at];
    *row = (struct ms_top_row){.name = ms_top_type_name(type->type_name),
                               .live_bytes = s_known(type->live_bytes),
                               .live_count = s_known(type->live_count),
                               .total_bytes = s_known(type->total_bytes)};
}

static void s_take_hotspot(const struct memscope_report *report, size_t at, bool by_variable,
                           struct ms_top_row *row) {
    const struct memscope_hotspot *spot = &report->hotspots[at];
    *row = (struct ms_top_row){
        .name = by_variable ? ms_top_variable_name(spot->var_name, spot->type_name)
                            : ms_top_site_name(spot->location, spot->function, spot->var_name),
        .live_bytes = s_known(spot->live_size),
        .live_count = s_known(spot->live_count),
        .total_bytes = s_known(spot->total_size)};
}

static void s_take_thread(const struct memscope_report *report, size_t at, struct ms_top_row *row) {
    const struct memscope_thread_report *thread = &report->threads[at];
    *row = (struct ms_top_row){.name = ms_top_thread_name(thread),
                               .live_bytes = s_known(thread->live_bytes),
                               .live_count = MEMSCOPE_UNKNOWN,
                               .total_bytes = s_known(thread->total_bytes)};
}

static int s_by_name(const void *a, const void *b) {
    return strcmp(((const struct ms_top_row *)a)->name, ((const struct ms_top_row *)b)->name);
}

/* Rows of one name count together. */
static void s_unite(struct ms_top_table *table) {
    size_t kept = 0;
    if (table->count != 0)
        qsort(table->rows, table->count, sizeof(*table->rows), s_by_name);
    for (size_t i = 0; i < table->count; i++) {
        struct ms_top_row *row = &table->rows[i];
        struct ms_top_row *last = kept != 0 ? &table->rows[kept - 1] : NULL;
        if (last == NULL || strcmp(last->name, row->name) != 0) {
            table->rows[kept++] = *row;
            continue;
        }
        last->live_bytes += row->live_bytes;
        last->total_bytes += row->total_bytes;
        if (last->live_count != MEMSCOPE_UNKNOWN)
            last->live_count += row->live_count;
        free(row->name);
    }
    table->count = kept;
}

static void s_add_trend(struct ms_top_row *row, const struct ms_top_row *before) {
    size_t kept = 0;
    if (before != NULL) {
        size_t skipped = before->trend_count == MS_TOP_TREND;
        for (size_t i = skipped; i < before->trend_count; i++)
            row->trend[kept++] = before->trend[i];
    }
    row->trend[kept++] = row->live_bytes;
    row->trend_count = kept;
}

/* What was not there before has come from nothing. */
static void s_compare(struct ms_top_table *table, const struct ms_top_table *before) {
    double seconds = table->duration_ns > before->duration_ns
                         ? (double)(table->duration_ns - before->duration_ns) / 1e9
                         : NAN;
    bool has_before = before->count != 0;
    for (size_t i = 0; i < table->count; i++) {
        struct ms_top_row *row = &table->rows[i];
        const struct ms_top_row *old =
            has_before ? bsearch(row, before->rows, before->count, sizeof(*row), s_by_name) : NULL;
        double live = old != NULL ? (double)old->live_bytes : 0;
        double total = old != NULL ? (double)old->total_bytes : 0;
        row->change = has_before ? ((double)row->live_bytes - live) / seconds : NAN;
        row->rate = has_before ? ((double)row->total_bytes - total) / seconds : NAN;
        s_add_trend(row, old);
    }
}

struct ms_top_table ms_top_table_new(const struct memscope_report *report, enum ms_top_view view,
                                     const struct ms_top_table *before) {
    struct ms_top_table table = {.duration_ns = report->process.duration_ns};
    table.count = view == MS_TOP_TYPES     ? report->type_count
                  : view == MS_TOP_THREADS ? report->thread_count
                                           : report->hotspot_count;
    table.rows = ms_cli_alloc((table.count + 1) * sizeof(*table.rows));
    for (size_t i = 0; i < table.count; i++) {
        if (view == MS_TOP_TYPES)
            s_take_type(report, i, &table.rows[i]);
        else if (view == MS_TOP_THREADS)
            s_take_thread(report, i, &table.rows[i]);
        else
            s_take_hotspot(report, i, view == MS_TOP_VARIABLES, &table.rows[i]);
    }
    s_unite(&table);
    s_compare(&table, before);
    return table;
}

void ms_top_table_fini(struct ms_top_table *table) {
    for (size_t i = 0; i < table->count; i++)
        free(table->rows[i].name);
    free(table->rows);
    *table = (struct ms_top_table){0};
}

/* ---- which of them, in which order ---- */

static double s_key(const struct ms_top_row *row, enum ms_top_sort sort) {
    double key = sort == MS_TOP_BY_CHANGE ? row->change
                 : sort == MS_TOP_BY_RATE ? row->rate
                                          : (double)row->live_bytes;
    return isnan(key) ? -INFINITY : key;
}

static int s_order(const void *a, const void *b, void *data) {
    const enum ms_top_sort *sort = data;
    const struct ms_top_row *left = *(const struct ms_top_row *const *)a;
    const struct ms_top_row *right = *(const struct ms_top_row *const *)b;
    double one = s_key(left, *sort), other = s_key(right, *sort);
    if (*sort != MS_TOP_BY_NAME && one != other)
        return one > other ? -1 : 1;
    if (*sort != MS_TOP_BY_NAME && left->total_bytes != right->total_bytes)
        return left->total_bytes > right->total_bytes ? -1 : 1;
    return strcmp(left->name, right->name);
}

static bool s_matches(const char *name, const char *filter) {
    return strpbrk(filter, "*?[") != NULL ? fnmatch(filter, name, 0) == 0
                                          : strstr(name, filter) != NULL;
}

const struct ms_top_row **ms_top_pick(const struct ms_top_table *table, enum ms_top_sort sort,
                                      const char *filter, size_t *count) {
    const struct ms_top_row **picked = ms_cli_alloc((table->count + 1) * sizeof(*picked));
    *count = 0;
    for (size_t i = 0; i < table->count; i++) {
        if (s_matches(table->rows[i].name, filter))
            picked[(*count)++] = &table->rows[i];
    }
    qsort_r(picked, *count, sizeof(*picked), s_order, &sort);
    return picked;
}
