/* SPDX-License-Identifier: MIT */
/*
 * A report as the samples of a profile, for formats that have call stacks with values. What the
 * program has allocated is known by place and not by stack, because nothing is kept of a block that
 * is gone: such a sample has no stack. What is live has the stacks that its blocks were made with.
 */
#ifndef MS_EXPORT_PROFILE_SAMPLES_H
#define MS_EXPORT_PROFILE_SAMPLES_H

#include "base/status.h"
#include "memscope/report.h"
#include "model/index.h"

struct ms_profile_sample {
    const struct memscope_site_report *site; /* NULL: not known */
    const struct memscope_stack *stack;      /* with frames; NULL: the place of `site` is all */
    const char *var_name;
    const char *type_name;
    uint64_t total_count;
    uint64_t total_bytes;
    uint64_t bytes_at_peak;
    uint64_t live_count;
    uint64_t live_bytes;
};

/* Finds rows of a report by their ids. Keeps pointers into REPORT. */
struct ms_profile_index {
    const struct memscope_report *report;
    struct ms_index sites;
    struct ms_index stacks;
};

/* MS_OK or MS_NO_MEMORY. */
enum ms_status ms_profile_index_init(struct ms_profile_index *index,
                                     const struct memscope_report *report);
void ms_profile_index_fini(struct ms_profile_index *index);

/* How many samples there are: first one for each site (totals), then one for each row of live[]. */
size_t ms_profile_sample_count(const struct ms_profile_index *index);

/* Sample AT. What is not known, or is not memory of the heap, counts as 0. */
struct ms_profile_sample ms_profile_sample_get(const struct ms_profile_index *index, size_t at);

#endif
