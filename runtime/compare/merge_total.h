/* SPDX-License-Identifier: MIT */
/* What a merged report says of the whole: process, sampling, summary, processes. Internal to merge;
 * not thread-safe. */
#ifndef MS_COMPARE_MERGE_TOTAL_H
#define MS_COMPARE_MERGE_TOTAL_H

#include <stdbool.h>
#include <stdint.h>

#include "compare/merge_table.h"

/* A peak as merge.h says: the sum of all, and the largest. */
struct ms_merge_peak {
    uint64_t sum, most;
    bool is_known; /* of one at least; where it is of none it stays "not known" */
};

/* A zeroed struct is empty. */
struct ms_merge_total {
    uint32_t report_count, best_report;
    uint64_t process_count;
    uint64_t best_peak;                 /* of best_report */
    uint64_t best_known, best_known_ns; /* of what made it up, and when, since the epoch */
    uint64_t largest_peak, peak_sum;    /* of processes */
    const char *first_host;             /* NULL: not known */
    struct memscope_report common; /* process, sampling as far as they agree; sums of summary */
    struct ms_merge_peak padding, stack, statics;
    double typed_bytes;
    uint64_t start_time, end_time; /* since the epoch */
    bool peak_is_known;            /* what made it up is, of each report */
    struct memscope_process_report *processes;
    uint32_t processes_kept, process_capacity;
};

void ms_merge_total_fini(struct ms_merge_total *total);

/* First of all that is done with a report. Out of memory is kept in KEYS. */
void ms_merge_total_add(struct ms_merge_total *total, struct ms_keys *keys,
                        const struct memscope_report *report);

struct ms_merge_end ms_merge_total_end(struct ms_merge_total *total);

void ms_merge_total_finish(struct ms_merge_total *total, uint64_t peak,
                           struct memscope_report *report);

#endif
