/* SPDX-License-Identifier: MIT */
#include "cli/diff_view.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/grid.h"
#include "cli/text.h"
#include "cli/view.h"

/* ---- which rows ---- */

/* What a row had at the peak of the process is as of when that was kept last, a percent before it
 * perhaps, and stands in no column. */
static bool s_differs(const struct ms_diff_row *row, bool at_peak_too) {
    for (int measure = 0; measure < MS_DIFF_MEASURE_COUNT; measure++) {
        if ((measure != MS_DIFF_bytes_at_peak || at_peak_too) &&
            row->old.values[measure] != row->new_side.values[measure])
            return true;
    }
    return false;
}

const char *ms_diff_view_status(const struct ms_diff_row *row) {
    if (!row->old.is_there)
        return "new";
    if (!row->new_side.is_there)
        return "gone";
    return s_differs(row, true) ? "changed" : "same";
}

char *ms_diff_view_location(const struct ms_diff_row *row) {
    const struct memscope_site_report *place = row->place;
    if (place == NULL || place->file == NULL)
        return NULL;
    return place->line != MEMSCOPE_UNKNOWN ? ms_cli_format("%s:%" PRIu64, place->file, place->line)
                                           : ms_cli_copy(place->file);
}

static bool s_fits(const char *filter, const char *text) {
    return text != NULL && fnmatch(filter, text, 0) == 0;
}

static bool s_matches(const struct ms_diff_row *row, const char *filter) {
    if (filter == NULL)
        return true;
    char *location = ms_diff_view_location(row);
    bool fits = s_fits(filter, row->type_name) || s_fits(filter, row->var_name) ||
                s_fits(filter, row->function) || s_fits(filter, location);
    free(location);
    return fits;
}

/* By how much it has grown or shrunk; what is not known comes last. */
static int s_compare(const void *a, const void *b, void *data) {
    const struct ms_diff_row *left = *(const struct ms_diff_row *const *)a;
    const struct ms_diff_row *right = *(const struct ms_diff_row *const *)b;
    enum ms_diff_measure measure = *(const enum ms_diff_measure *)data;
    int64_t one, other;
    bool has_one = ms_diff_growth(left, measure, &one);
    bool has_other = ms_diff_growth(right, measure, &other);
    if (has_one != has_other)
        return has_one ? -1 : 1;
    if (has_one && one != other) {
        uint64_t size = one < 0 ? -(uint64_t)one : (uint64_t)one;
        uint64_t other_size = other < 0 ? -(uint64_t)other : (uint64_t)other;
        if (size != other_size)
            return size > other_size ? -1 : 1;
        return one > other ? -1 : 1;
    }
    return left < right ? -1 : left > right;
}

struct ms_diff_view ms_diff_view_select(const struct ms_diff *diff, enum ms_diff_measure sort,
                                        const char *filter, size_t top, bool same_too) {
    size_t all;
    const struct ms_diff_row *rows = ms_diff_rows(diff, &all);
    struct ms_diff_view view = {.sort = sort, .rows = ms_cli_alloc(all * sizeof(*view.rows))};
    for (size_t i = 0; i < all; i++) {
        if (!s_matches(&rows[i], filter))
            continue;
        bool differs = s_differs(&rows[i], same_too || sort == MS_DIFF_bytes_at_peak) ||
                       !rows[i].old.is_there || !rows[i].new_side.is_there;
        view.same += !differs;
        if (differs || same_too)
            view.rows[view.matching++] = &rows[i];
    }
    qsort_r(view.rows, view.matching, sizeof(*view.rows), s_compare, &sort);
    view.count = top != 0 && top < view.matching ? top : view.matching;
    return view;
}

void ms_diff_view_fini(struct ms_diff_view *view) {
    free(view->rows);
    *view = (struct ms_diff_view){0};
}

/* ---- the table ---- */

static bool s_is_count(enum ms_diff_measure measure) {
    return measure == MS_DIFF_live_count || measure == MS_DIFF_total_count;
}

static char *s_amount(uint64_t amount, bool bytes) {
    return bytes ? ms_text_bytes(amount) : ms_text_count(amount);
}

static char *s_percent(uint64_t before, uint64_t now) {
    if (before == MEMSCOPE_UNKNOWN || now == MEMSCOPE_UNKNOWN || before == 0 || before == now)
        return ms_cli_copy("");
    double percent = 100 * ((double)now - (double)before) / (double)before;
    return fabs(percent) < 9999.5 ? ms_cli_format("%+.1f %%", percent)
                                  : ms_cli_format("x %.3g", (double)now / (double)before);
}

/* "+1.50 KiB", with the error where it is estimated; blank where nothing has changed. */
static char *s_change(const struct ms_diff_row *row, enum ms_diff_measure measure) {
    int64_t growth;
    double error = 0;
    if (!ms_diff_growth(row, measure, &growth))
        return ms_cli_copy("-");
    if (measure == MS_DIFF_live_bytes)
        error = hypot(ms_diff_error_bytes(&row->old), ms_diff_error_bytes(&row->new_side));
    if (growth == 0 && error == 0)
        return ms_cli_copy("");
    char *change = ms_text_change(growth, !s_is_count(measure));
    if (error == 0)
        return change;
    char *half = isfinite(error) ? ms_text_bytes((uint64_t)(error + 0.5)) : ms_cli_copy("?");
    char *text = ms_cli_format("%s ± %s", change, half);
    free(half);
    free(change);
    return text;
}

static char *s_name(const char *text, const char *otherwise) {
    return ms_text_clean(text != NULL ? text : otherwise);
}

static char *s_status(const struct ms_diff_row *row) {
    const char *status = ms_diff_view_status(row);
    return ms_cli_copy(status[0] == 'n' || status[0] == 'g' ? status : "");
}

static bool s_has_other_memory(const struct ms_diff_view *view) {
    for (size_t i = 0; i < view->count; i++) {
        if (view->rows[i]->storage != MS_STORAGE_HEAP)
            return true;
    }
    return false;
}

/* What the rows are sorted by with both values, of the rest how they have changed. */
static void s_print_rows(const struct ms_diff_view *view) {
    static const enum ms_diff_measure s_others[] = {MS_DIFF_peak_bytes, MS_DIFF_live_bytes,
                                                    MS_DIFF_total_bytes, MS_DIFF_total_count};
    static const char *const s_titles[] = {"PEAK", "LIVE", "TOTAL", "ALLOCATIONS"};
    struct ms_grid_column columns[16] = {
        {.title = "TYPE", .elastic = true},
        {.title = "VARIABLE", .elastic = true, .weight = 8},
        {.title = "FUNCTION", .elastic = true, .weight = 9},
        {.title = "OLD", .right = true},
        {.title = "NEW", .right = true},
        {.title = "CHANGE", .right = true, .change = true},
        {.title = "", .right = true, .change = true, .weight = 7},
    };
    size_t count = 7;
    bool others = s_has_other_memory(view);
    for (size_t i = 0; i < 4; i++) {
        if (s_others[i] != view->sort)
            columns[count++] = (struct ms_grid_column){
                .title = s_titles[i], .right = true, .change = true, .weight = (int)(5 - i)};
    }
    columns[count++] = (struct ms_grid_column){.title = "", .weight = 6};
    if (others)
        columns[count++] = (struct ms_grid_column){.title = "MEMORY", .weight = 6};
    columns[count++] =
        (struct ms_grid_column){.title = "PLACE", .elastic = true, .cut_start = true, .weight = 1};
    struct ms_grid *grid = ms_grid_new(columns, count);
    for (size_t i = 0; i < view->count; i++) {
        const struct ms_diff_row *row = view->rows[i];
        uint64_t before = row->old.values[view->sort], now = row->new_side.values[view->sort];
        char *location = ms_diff_view_location(row), *cells[16];
        size_t cell = 0;
        cells[cell++] = s_name(row->type_name, "(not known)");
        cells[cell++] = s_name(row->var_name, "-");
        cells[cell++] = s_name(row->function, "-");
        cells[cell++] = s_amount(before, !s_is_count(view->sort));
        cells[cell++] = s_amount(now, !s_is_count(view->sort));
        cells[cell++] = s_change(row, view->sort);
        cells[cell++] = s_percent(before, now);
        for (size_t m = 0; m < 4; m++) {
            if (s_others[m] != view->sort)
                cells[cell++] = s_change(row, s_others[m]);
        }
        cells[cell++] = s_status(row);
        if (others)
            cells[cell++] = ms_cli_copy(ms_storage_spelling(row->storage));
        cells[cell++] = s_name(location, "-");
        ms_grid_add(grid, cells);
        free(location);
    }
    ms_grid_print(grid, 0);
    ms_grid_destroy(grid);
}

/* Of the whole processes; what neither knows is left out. */
static void s_print_totals(const struct ms_diff_view *view) {
    static const struct ms_grid_column s_columns[] = {
        {.title = ""},
        {.title = "OLD", .right = true},
        {.title = "NEW", .right = true},
        {.title = "CHANGE", .right = true, .change = true},
        {.title = "", .right = true, .change = true},
    };
    struct ms_grid *grid = ms_grid_new(s_columns, 5);
    const struct memscope_summary *old = &view->old->summary, *now = &view->new_report->summary;
#define X(member, title, bytes)                                                                    \
    if (old->member != MEMSCOPE_UNKNOWN || now->member != MEMSCOPE_UNKNOWN) {                      \
        bool known = old->member != MEMSCOPE_UNKNOWN && now->member != MEMSCOPE_UNKNOWN;           \
        char *cells[] = {                                                                          \
            ms_cli_copy(title),                                                                    \
            s_amount(old->member, bytes),                                                          \
            s_amount(now->member, bytes),                                                          \
            known ? ms_text_change((int64_t)(now->member - old->member), bytes)                    \
                  : ms_cli_copy("-"),                                                              \
            s_percent(old->member, now->member),                                                   \
        };                                                                                         \
        ms_grid_add(grid, cells);                                                                  \
    }
    MS_DIFF_TOTALS(X)
#undef X
    ms_grid_print(grid, 2);
    ms_grid_destroy(grid);
}

void ms_diff_view_print(const struct ms_diff_view *view) {
    char *old = ms_view_describe_process(view->old);
    char *new_text = ms_view_describe_process(view->new_report);
    printf("old: %s\nnew: %s\n", old, new_text);
    free(new_text);
    free(old);
    s_print_totals(view);
    printf("\nchanges of %s by type, variable and function, largest first\n",
           ms_diff_measure_key(view->sort));
    if (view->matching == 0)
        printf(view->same != 0 ? "none: nothing differs in %zu rows\n" : "none\n", view->same);
    else
        s_print_rows(view);
    if (view->count < view->matching)
        printf("%zu of %zu; --top 0 shows all\n", view->count, view->matching);
}
