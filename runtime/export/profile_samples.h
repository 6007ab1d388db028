/* SPDX-License-Identifier: MIT */
/*
 * A report as the samples of a profile, for formats that have call stacks with values. What was
 * made and what there was at the peak has the stacks that the report has totals of; what these do
 * not account for at a place is a sample without a stack, so that the samples add up to the totals
 * of places. Estimates for stacks that come to more than the place has made are scaled to that.
 * What is live has the stacks that its blocks were made with.
 */
#ifndef MS_EXPORT_PROFILE_SAMPLES_H
#define MS_EXPORT_PROFILE_SAMPLES_H

#include "base/status.h"
#include "export/export.h"
#include "memscope/report.h"
#include "model/index.h"

struct ms_profile_sample {
    const struct memscope_site_report *site; /* NULL: not known */
    const struct memscope_stack *stack;      /* with frames; NULL: the place of `site` is all */
    const char *var_name;
    const char *type_name;
    uint64_t tid; /* MEMSCOPE_UNKNOWN: not told */
    uint64_t total_count;
    uint64_t total_bytes;
    uint64_t temporary_count;
    uint64_t bytes_at_peak;
    uint64_t live_count;
    uint64_t live_bytes;
};

/* Finds rows of a report by their ids. Keeps pointers into REPORT. */
struct ms_profile_index {
    const struct memscope_report *report;
    struct ms_index sites;
    struct ms_index stacks;
    struct ms_profile_sums *sums; /* of the stacks of each site; owned */
};

/* MS_OK or MS_NO_MEMORY. */
enum ms_status ms_profile_index_init(struct ms_profile_index *index,
                                     const struct memscope_report *report);
void ms_profile_index_fini(struct ms_profile_index *index);

/* How many samples there are: first one for each site (what its stacks do not account for), then
 * one for each stack (totals), then one for each row of live[]. */
size_t ms_profile_sample_count(const struct ms_profile_index *index);

/* Sample AT. What is not known, or is not memory of the heap, counts as 0. */
struct ms_profile_sample ms_profile_sample_get(const struct ms_profile_index *index, size_t at);

/* The number of SAMPLE that is asked for. */
uint64_t ms_profile_value(const struct ms_profile_sample *sample, enum ms_export_value value);

/* A line of a call stack. */
struct ms_profile_frame {
    const char *name; /* never NULL or empty */
    const char *file; /* NULL: not known */
    uint64_t line;
};

/* Room for a name that is made up: "libc.so.6+0x1234". */
#define MS_PROFILE_NAME_BYTES 320u

/* How many lines the stack of SAMPLE has with what ROOT puts in front of it; at least 1. */
size_t ms_profile_depth(const struct ms_profile_sample *sample, enum ms_export_root root);

/* Line AT, the outermost first. The name may lie in ROOM. */
struct ms_profile_frame ms_profile_frame_get(const struct ms_profile_sample *sample,
                                             enum ms_export_root root, size_t at,
                                             char room[MS_PROFILE_NAME_BYTES]);

#endif
