/* SPDX-License-Identifier: MIT */
/* Two reports side by side, for people and for programs. */
#ifndef MS_CLI_DIFF_VIEW_H
#define MS_CLI_DIFF_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "compare/diff.h"

struct ms_diff_view {
    const struct memscope_report *old, *new_report;
    enum ms_diff_measure sort;
    const struct ms_diff_row **rows; /* those that are shown; owned */
    size_t count;
    size_t matching; /* of those that differ, before the cut */
    size_t same;     /* rows that match and in which nothing differs */
};

/* The rows that FILTER (NULL: all) matches, the largest growth or shrinking of SORT first, TOP of
 * them (0: all); those in which nothing differs only with SAME_TOO. */
struct ms_diff_view ms_diff_view_select(const struct ms_diff *diff, enum ms_diff_measure sort,
                                        const char *filter, size_t top, bool same_too);
void ms_diff_view_fini(struct ms_diff_view *view);

/* "new", "gone", "changed" or "same". */
const char *ms_diff_view_status(const struct ms_diff_row *row);

/* "file:line" of the row's largest place, for the caller to free; NULL: not known. */
char *ms_diff_view_location(const struct ms_diff_row *row);

/* What is compared of the whole processes. X(member of the summary, "title", IS_BYTES) */
#define MS_DIFF_TOTALS(X)                                                                          \
    X(peak_memory_bytes, "peak", true)                                                             \
    X(current_memory_bytes, "live", true)                                                          \
    X(total_bytes, "total", true)                                                                  \
    X(total_allocations, "allocations", false)                                                     \
    X(padding_waste_bytes, "padding", true)                                                        \
    X(stack_peak_bytes, "stack", true)                                                             \
    X(static_bytes, "static", true)

/* They print to standard output; the second returns the exit status. */
void ms_diff_view_print(const struct ms_diff_view *view);
int ms_diff_view_print_json(const struct ms_diff_view *view);

/* Writes the page of the two to PATH ("-": standard output), and prints PATH. The exit status. */
int ms_diff_view_write_page(const struct ms_diff_view *view, const char *path);

#endif
