/* SPDX-License-Identifier: MIT */
/* The journal's sites and the sums of their counters. */
#include "model/build.h"

#include <stdlib.h>

#include "base/atomics.h"

static enum ms_status s_fill_site(struct ms_build *build, const struct ms_site *record,
                                  struct ms_build_site *site) {
    site->line = record->line;
    site->column = record->column;
    site->kind = record->kind;
    site->evidence = record->evidence;
    site->type_size = record->type_size;
    site->frame = record->frame;
    site->is_loss_only = (record->flags & MEMSCOPE_SITE_LOSS) != 0;
    site->is_pooled = (record->flags & MS_SITE_POOLED) != 0;
    site->top_stack = MEMSCOPE_NO_ID;
    enum ms_status status = ms_build_name(build, record->var_name, &site->var_name);
    if (status == MS_OK)
        status = ms_build_type_name(build, record->type_name, &site->type_name);
    if (status == MS_OK)
        status = ms_build_name(build, record->file, &site->file);
    if (status == MS_OK)
        status = ms_build_name(build, record->function, &site->function);
    if (status == MS_OK)
        status = ms_build_name(build, record->label, &site->label);
    if (status == MS_OK)
        status = ms_build_name(build, record->deallocator, &site->deallocator);
    if (record->element_size == 0 || (record->flags & MS_SITE_OTHER_SIZE) != 0)
        return status;
    site->element_size = record->element_size;
    site->header_size = record->header_size;
    if (status == MS_OK)
        status = ms_build_name(build, record->element_name, &site->element_name);
    return status;
}

static void s_add_counter(struct ms_build_site *site, const struct ms_counter *counter) {
    site->allocations += ms_load_relaxed(&counter->allocations);
    site->alloc_bytes += ms_load_relaxed(&counter->alloc_bytes);
    site->frees += ms_load_relaxed(&counter->frees);
    site->free_bytes += ms_load_relaxed(&counter->free_bytes);
    site->peak_bytes += ms_load_relaxed(&counter->peak_bytes);
    site->temporary += ms_load_relaxed(&counter->temporary);
    site->moved += ms_load_relaxed(&counter->moved_bytes);
    if (site->kind == MEMSCOPE_SITE_OBJECT)
        site->object.jumped += ms_load_relaxed(&counter->jumped);
    else
        site->inside_bytes += ms_load_relaxed(&counter->inside_bytes);
}

static double s_positive(const double *value) {
    double copy;
    __atomic_load(value, &copy, __ATOMIC_RELAXED);
    return copy > 0 && copy < 1e300 ? copy : 0;
}

static void s_add_sampled_counter(struct ms_build_site *site,
                                  const struct ms_sampled_counter *counter) {
    site->allocations += ms_load_relaxed(&counter->allocations);
    site->alloc_bytes += ms_load_relaxed(&counter->alloc_bytes);
    site->temporary += ms_load_relaxed(&counter->temporary);
    site->made.count += s_positive(&counter->sampled_count);
    site->made.bytes += s_positive(&counter->sampled_bytes);
    site->made.variance += s_positive(&counter->variance);
    site->peak_bytes += ms_build_round(s_positive(&counter->peak_bytes));
}

static void s_add_counters(struct ms_build *build) {
    uint64_t chunks = ms_journal_count(build->journal, MS_TABLE_COUNTERS);
    uint64_t tags = ms_journal_count(build->journal, MS_TABLE_COUNTER_TAGS);
    for (uint64_t i = 0; i < chunks && i < tags; i++) {
        const struct ms_counter_tag *tag =
            ms_journal_entry(build->journal, MS_TABLE_COUNTER_TAGS, i);
        const struct ms_counter *chunk = ms_journal_entry(build->journal, MS_TABLE_COUNTERS, i);
        if (tag == NULL || chunk == NULL)
            break;
        uint32_t first = ms_load_relaxed(&tag->first);
        for (uint32_t n = 0; n < MS_COUNTERS_PER_CHUNK; n++)
            if ((uint64_t)first + n >= build->site_count)
                break;
            else if (ms_build_is_sampled(build, &build->sites[first + n]))
                s_add_sampled_counter(&build->sites[first + n],
                                      (const struct ms_sampled_counter *)(const void *)&chunk[n]);
            else
                s_add_counter(&build->sites[first + n], &chunk[n]);
    }
}

enum ms_status ms_build_sites(struct ms_build *build) {
    uint64_t count = ms_journal_count(build->journal, MS_TABLE_SITES);
    /* Site 0 is there even where the journal has no sites at all: blocks that nothing is known of
     * are put down to it. */
    if (count == 0)
        count = 1;
    if (count > UINT32_MAX / 2)
        count = UINT32_MAX / 2;
    build->sites = calloc(count, sizeof(*build->sites));
    if (build->sites == NULL)
        return MS_NO_MEMORY;
    build->site_count = build->site_capacity = build->journal_site_count = (uint32_t)count;
    build->sites[0].top_stack = MEMSCOPE_NO_ID;
    enum ms_status status = MS_OK;
    for (uint64_t i = 0; status == MS_OK && i < count; i++) {
        const struct ms_site *record = ms_journal_entry(build->journal, MS_TABLE_SITES, i);
        if (record != NULL)
            status = s_fill_site(build, record, &build->sites[i]);
    }
    if (status == MS_OK)
        s_add_counters(build);
    return status;
}
