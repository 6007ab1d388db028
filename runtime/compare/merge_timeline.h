/* SPDX-License-Identifier: MIT */
/*
 * The timelines of many processes as one, by the wall clock: what they held at the same moments. It
 * has a fixed number of cells; when the processes reach over them, cells become twice as long, so
 * memory does not grow. In a cell, a process has the most that it had in it. Internal to merge.
 */
#ifndef MS_COMPARE_MERGE_TIMELINE_H
#define MS_COMPARE_MERGE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compare/merge_keys.h"
#include "memscope/report.h"

#define MS_MERGE_CELLS  1024u
#define MS_MERGE_SERIES 256u /* types with a series of their own */

struct ms_merge_series {
    const char *type_name; /* NULL: not known, which is a type too */
    uint64_t *cells;       /* MEMSCOPE_UNKNOWN: nothing has been said of it */
};

/* A zeroed struct is empty. */
struct ms_merge_timeline {
    uint64_t interval;             /* of a cell */
    uint64_t origin;               /* start of the first cell since the epoch, a multiple of it */
    size_t used;                   /* cells up to the last end of a process */
    uint64_t *live;                /* MS_MERGE_CELLS each */
    uint64_t *allocations, *frees; /* in the cell */
    struct ms_merge_series series[MS_MERGE_SERIES];
    size_t series_count, series_left_out;
    struct ms_index by_type;
};

void ms_merge_timeline_fini(struct ms_merge_timeline *timeline);

/* Adds the process of REPORT. Out of memory is kept in KEYS. */
void ms_merge_timeline_add(struct ms_merge_timeline *timeline, struct ms_keys *keys,
                           const struct memscope_report *report);

/* Processes that ran one after the other in one cell did not have what it has of them together:
 * nothing is more than MOST from then on. Nothing can be added after that. */
void ms_merge_timeline_limit(struct ms_merge_timeline *timeline, uint64_t most);

/* The most live bytes of a cell. */
uint64_t ms_merge_timeline_peak(const struct ms_merge_timeline *timeline);

/* Times since START, which is since the epoch; arrays come from the arena of KEYS. */
void ms_merge_timeline_finish(struct ms_merge_timeline *timeline, struct ms_keys *keys,
                              uint64_t start, struct memscope_timeline *out);

#endif
