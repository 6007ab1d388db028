/* SPDX-License-Identifier: MIT */
#include "export/profile_samples.h"

#include <string.h>

enum ms_status ms_profile_index_init(struct ms_profile_index *index,
                                     const struct memscope_report *report) {
    *index = (struct ms_profile_index){.report = report};
    bool complete = true;
    for (size_t i = 0; complete && i < report->site_count && i < UINT32_MAX; i++) {
        complete = ms_index_put(&index->sites, report->sites[i].id, (uint32_t)i, NULL) != NULL;
    }
    for (size_t i = 0; complete && i < report->stack_count && i < UINT32_MAX; i++) {
        complete = ms_index_put(&index->stacks, report->stacks[i].id, (uint32_t)i, NULL) != NULL;
    }
    if (!complete) {
        ms_profile_index_fini(index);
        return MS_NO_MEMORY;
    }
    return MS_OK;
}

void ms_profile_index_fini(struct ms_profile_index *index) {
    ms_index_fini(&index->sites);
    ms_index_fini(&index->stacks);
}

size_t ms_profile_sample_count(const struct ms_profile_index *index) {
    return index->report->site_count + index->report->live_count;
}

/* Objects on the stack and static ones are no heap. */
static bool is_heap(const struct memscope_site_report *site) {
    return site->kind == NULL ||
           (strcmp(site->kind, "object") != 0 && strcmp(site->kind, "static") != 0);
}

static uint64_t known(uint64_t value) {
    return value != MEMSCOPE_UNKNOWN ? value : 0;
}

static struct ms_profile_sample sample_of_site(const struct memscope_site_report *site) {
    struct ms_profile_sample sample = {
        .site = site,
        .var_name = site->var_name,
        .type_name = site->type_name,
    };
    if (is_heap(site)) {
        sample.total_count = known(site->total_allocations);
        sample.total_bytes = known(site->total_bytes);
        sample.bytes_at_peak = known(site->bytes_at_peak);
    }
    return sample;
}

struct ms_profile_sample ms_profile_sample_get(const struct ms_profile_index *index, size_t at) {
    const struct memscope_report *report = index->report;
    if (at < report->site_count) {
        return sample_of_site(&report->sites[at]);
    }
    const struct memscope_live_blocks *live = &report->live[at - report->site_count];
    const uint32_t *site = ms_index_find(&index->sites, live->site_id);
    const uint32_t *stack = ms_index_find(&index->stacks, live->stack_id);
    /* The smallest of very many stacks have no frames. */
    bool has_frames = stack != NULL && report->stacks[*stack].frame_count != 0;
    return (struct ms_profile_sample){
        .site = site != NULL ? &report->sites[*site] : NULL,
        .stack = has_frames ? &report->stacks[*stack] : NULL,
        .var_name = live->var_name,
        .type_name = live->type_name,
        .live_count = known(live->count),
        .live_bytes = known(live->bytes),
    };
}
