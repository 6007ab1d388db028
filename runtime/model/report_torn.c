/* SPDX-License-Identifier: MIT */
/*
 * What the end of a process has torn. A thread counts a block as its own, and a little later the
 * block's site does; until then it is pending. And a block is in the table and in the counters of
 * its site. Where an ended process has left two of them apart, a thread was between them when the
 * end came.
 */
#include "model/build.h"

#include <stdlib.h>

#include "base/atomics.h"

static void s_add_counters(struct ms_build *build, uint64_t index) {
    const struct ms_counter_tag *tag =
        ms_journal_entry(build->journal, MS_TABLE_COUNTER_TAGS, index);
    const struct ms_counter *chunk = ms_journal_entry(build->journal, MS_TABLE_COUNTERS, index);
    uint32_t shard = tag != NULL ? ms_load_relaxed(&tag->shard) : UINT32_MAX;
    if (chunk == NULL || shard >= build->surplus_count)
        return;
    uint32_t first = ms_load_relaxed(&tag->first);
    for (uint32_t i = 0; i < MS_COUNTERS_PER_CHUNK; i++) {
        uint64_t site = (uint64_t)first + i;
        if (site < build->site_count && !ms_build_is_heap(&build->sites[site]))
            continue; /* threads count heap blocks alone */
        build->surplus[shard].allocations += ms_load_relaxed(&chunk[i].allocations);
        build->surplus[shard].bytes += ms_load_relaxed(&chunk[i].alloc_bytes);
    }
}

static void s_subtract_thread(struct ms_build *build, const struct ms_thread_record *thread) {
    uint32_t shard = thread != NULL ? ms_load_relaxed(&thread->shard) : UINT32_MAX;
    if (shard >= build->surplus_count)
        return;
    struct ms_build_surplus *surplus = &build->surplus[shard];
    surplus->allocations -= ms_load_relaxed(&thread->allocations);
    surplus->bytes -= ms_load_relaxed(&thread->alloc_bytes);
    if (ms_load_relaxed(&thread->pending.frame_address) != 0) {
        surplus->allocations++;
        surplus->bytes += ms_load_relaxed(&thread->pending.size);
    }
}

enum ms_status ms_build_surplus(struct ms_build *build) {
    if (build->report->process.exit == MEMSCOPE_EXIT_RUNNING)
        return MS_OK;
    uint64_t threads = ms_journal_count(build->journal, MS_TABLE_THREADS);
    uint64_t chunks = ms_journal_count(build->journal, MS_TABLE_COUNTERS);
    build->surplus = calloc(threads + 1, sizeof(*build->surplus));
    if (build->surplus == NULL)
        return MS_NO_MEMORY;
    build->surplus_count = (uint32_t)threads; /* no more shards than threads */
    for (uint64_t i = 0; i < chunks; i++)
        s_add_counters(build, i);
    for (uint64_t i = 0; i < threads; i++)
        s_subtract_thread(build, ms_journal_entry(build->journal, MS_TABLE_THREADS, i));
    return MS_OK;
}

/* A block may be counted as freed and still be in the table; one of site 0 in the table its site
 * has counted already, or nobody yet. Not known where only sampled blocks are in the table. */
enum ms_status ms_build_torn(struct ms_build *build) {
    struct memscope_summary *summary = &build->report->summary;
    summary->torn_blocks = MEMSCOPE_UNKNOWN;
    if (build->report->process.exit == MEMSCOPE_EXIT_RUNNING || build->sampled)
        return MS_OK;
    uint64_t *in_table = calloc((size_t)build->site_count + 1, sizeof(*in_table));
    if (in_table == NULL)
        return MS_NO_MEMORY;
    for (uint32_t i = 0; i < build->group_count; i++)
        in_table[build->groups[i].site] += build->groups[i].count;
    uint64_t fewer = 0, more = 0, without_site = 0;
    for (uint32_t i = 0; i < build->site_count; i++) {
        const struct ms_build_site *site = &build->sites[i];
        uint64_t missing = site->allocations - site->frees - in_table[i]; /* two's complement */
        if ((int64_t)missing > 0)
            fewer += missing;
        else if (i == 0)
            without_site = -missing;
        else
            more += -missing;
    }
    /* One without a site may be one that its site misses. */
    summary->torn_blocks = more + (fewer > without_site ? fewer : without_site);
    free(in_table);
    return MS_OK;
}
