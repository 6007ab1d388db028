/* SPDX-License-Identifier: MIT */
/* What `memscope top` shows: a report as rows with what has changed since the one before. */
#ifndef MS_CLI_TOP_ROWS_H
#define MS_CLI_TOP_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memscope/report.h"

/* X(NAME, "title") */
#define MS_TOP_VIEWS(X)                                                                            \
    X(TYPES, "types")                                                                              \
    X(VARIABLES, "variables")                                                                      \
    X(SITES, "sites")                                                                              \
    X(THREADS, "threads")

enum ms_top_view {
#define X(name, title) MS_TOP_##name,
    MS_TOP_VIEWS(X)
#undef X
        MS_TOP_VIEW_COUNT
};

/* X(NAME, "what the rows are sorted by") */
#define MS_TOP_SORTS(X)                                                                            \
    X(LIVE, "live")                                                                                \
    X(CHANGE, "change")                                                                            \
    X(RATE, "allocations")                                                                         \
    X(NAME, "name")

enum ms_top_sort {
#define X(name, title) MS_TOP_BY_##name,
    MS_TOP_SORTS(X)
#undef X
        MS_TOP_SORT_COUNT
};

#define MS_TOP_TREND 12u /* samples that are kept of a row */

struct ms_top_row {
    char *name; /* what it is told by, and shown as */
    uint64_t live_bytes;
    uint64_t live_count; /* unknown of threads */
    uint64_t total_bytes;
    double change;                /* of live bytes in a second; NAN: there was no report before */
    double rate;                  /* bytes allocated in a second; NAN: the same */
    uint64_t trend[MS_TOP_TREND]; /* live bytes, oldest first */
    size_t trend_count;
};

struct ms_top_table {
    struct ms_top_row *rows; /* by name */
    size_t count;
    uint64_t duration_ns; /* of the process, when they were read */
};

/* The names of rows; for the caller to free. Arguments may be NULL. */
char *ms_top_type_name(const char *type);
char *ms_top_variable_name(const char *variable, const char *type);
char *ms_top_site_name(const char *location, const char *function, const char *variable);
char *ms_top_thread_name(const struct memscope_thread_report *thread);

/* The rows of REPORT; BEFORE: those of the same view of an earlier report of the process, or an
 * empty table. */
struct ms_top_table ms_top_table_new(const struct memscope_report *report, enum ms_top_view view,
                                     const struct ms_top_table *before);
void ms_top_table_fini(struct ms_top_table *table);

/* Pointers to the rows of TABLE whose name has FILTER in it (or matches it, where it has '*', '?'
 * or
 * '['; "": all) in the order of SORT, COUNT of them; for the caller to free. */
const struct ms_top_row **ms_top_pick(const struct ms_top_table *table, enum ms_top_sort sort,
                                      const char *filter, size_t *count);

/* The stacks of the live blocks of the row NAME, largest first, as lines for people; ends with
 * NULL. For the caller to free, each and all. */
char **ms_top_stacks(const struct memscope_report *report, enum ms_top_view view, const char *name);
void ms_top_stacks_free(char **lines);

#endif
