/* SPDX-License-Identifier: MIT */
/* The stacks of merged reports: equal frames are one stack. Internal to merge; not thread-safe. */
#ifndef MS_COMPARE_MERGE_STACKS_H
#define MS_COMPARE_MERGE_STACKS_H

#include "compare/merge_table.h"

/* A zeroed struct is empty. */
struct ms_merge_stacks {
    struct memscope_stack *stacks;
    double *variances; /* of the live bytes */
    uint32_t count, capacity, variance_capacity;
    struct ms_index by_frames;
    struct ms_index builds; /* path of a module -> its first build id */
};

void ms_merge_stacks_fini(struct ms_merge_stacks *stacks);

/* Adds the stacks of REPORT and tells context->stack_ids of their new ids. A module at the path of
 * another build has that build id behind its path from then on, in context->modules, which REPORT
 * is given: an address in it is another place. */
void ms_merge_stacks_add(struct ms_merge_stacks *stacks, struct ms_merge_context *context,
                         struct memscope_report *report);

void ms_merge_stacks_finish(struct ms_merge_stacks *stacks, struct memscope_report *report);

#endif
