/* SPDX-License-Identifier: MIT */
/* The stacks of merged reports: equal frames of one place are one stack. Internal to merge; not
 * thread-safe. */
#ifndef MS_COMPARE_MERGE_STACKS_H
#define MS_COMPARE_MERGE_STACKS_H

#include "compare/merge_table.h"

/* A zeroed struct is empty. */
struct ms_merge_stacks {
    struct memscope_stack *stacks;
    struct ms_merge_extra {
        double live_variance, total_variance; /* of their bytes */
        uint64_t at_peak;                     /* of the process with the largest peak so far: */
        uint32_t report;
    } * extras;
    uint32_t count, capacity, extra_capacity;
    struct ms_index by_frames;
    struct ms_index builds; /* path of a module -> its first build id */
};

void ms_merge_stacks_fini(struct ms_merge_stacks *stacks);

/* Adds the stacks of REPORT, whose sites are in CONTEXT already, and tells context->stack_ids of
 * their new ids. A module at the path of another build has that build id behind its path from then
 * on, in context->modules, which REPORT is given: an address in it is another place. */
void ms_merge_stacks_add(struct ms_merge_stacks *stacks, struct ms_merge_context *context,
                         struct memscope_report *report);

void ms_merge_stacks_finish(struct ms_merge_stacks *stacks, const struct ms_merge_end *end,
                            struct memscope_report *report);

#endif
