/* SPDX-License-Identifier: MIT */
#include "tracker/stats.h"

#include <string.h>

#include "base/atomics.h"
#include "hot/lifecycle.h"
#include "model/snapshot.h"
#include "monitor/monitor.h"
#include "monitor/readers.h"
#include "store/store.h"

#define EXPORT __attribute__((visibility("default")))

struct s_sums {
    uint64_t allocations, alloc_bytes, frees, free_bytes;
    uint64_t handed_in, thread_peak;
};

static struct s_sums s_add_threads(const struct ms_journal_header *header) {
    struct s_sums sums = {0};
    uint64_t count = ms_load_acquire(&header->used[MS_TABLE_THREADS]);
    for (uint64_t i = 0; i < count; i++) {
        const struct ms_thread_record *record = ms_store_at(MS_TABLE_THREADS, i * sizeof(*record));
        /* Frees first: what is freed has been made, so that no sum of what is live is below 0. */
        sums.frees += ms_load_acquire(&record->frees);
        sums.free_bytes += ms_load_acquire(&record->free_bytes);
        sums.handed_in += (uint64_t)ms_load_relaxed(&record->handed_in);
        uint64_t peak = ms_load_relaxed(&record->peak_bytes);
        sums.thread_peak = peak > sums.thread_peak ? peak : sums.thread_peak;
    }
    for (uint64_t i = 0; i < count; i++) {
        const struct ms_thread_record *record = ms_store_at(MS_TABLE_THREADS, i * sizeof(*record));
        sums.allocations += ms_load_relaxed(&record->allocations);
        sums.alloc_bytes += ms_load_relaxed(&record->alloc_bytes);
    }
    return sums;
}

static uint64_t s_larger(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

static void s_fill_live(memscope_tracker_stats *stats, const struct ms_journal_header *header,
                        const struct s_sums *sums) {
    uint64_t live = header->sampled == 0 ? sums->alloc_bytes - sums->free_bytes
                                         : ms_load_relaxed(&header->live_bytes) + sums->handed_in;
    stats->active_allocations =
        sums->allocations > sums->frees ? sums->allocations - sums->frees : 0;
    stats->current_memory_bytes = (int64_t)live > 0 ? live : 0;
    stats->peak_memory_bytes =
        s_larger(ms_load_relaxed(&header->peak_bytes), stats->current_memory_bytes);
    if (header->sampled == 0)
        stats->peak_memory_bytes = s_larger(stats->peak_memory_bytes, sums->thread_peak);
}

void ms_stats_read(memscope_tracker_stats *stats) {
    memset(stats, 0, sizeof(*stats));
    if (!ms_lifecycle_ready())
        return;
    const struct ms_journal_header *header = ms_store.header;
    struct s_sums sums = s_add_threads(header);
    double seconds = (double)ms_store_now_precise() / 1e9;
    stats->total_allocations = sums.allocations;
    stats->total_deallocations = sums.frees;
    stats->allocation_rate_per_sec = seconds > 0 ? (double)sums.allocations / seconds : 0;
    stats->deallocation_rate_per_sec = seconds > 0 ? (double)sums.frees / seconds : 0;
    if (header->sampled == 0 || ms_load_relaxed(&header->gaps) == 0)
        s_fill_live(stats, header, &sums);
    else
        stats->active_allocations = stats->current_memory_bytes = stats->peak_memory_bytes =
            MEMSCOPE_UNKNOWN;
}

EXPORT memscope_tracker_stats memscope_stats(memscope_tracker *t) {
    memscope_tracker_stats stats;
    (void)t; /* all trackers see the same process */
    ms_stats_read(&stats);
    return stats;
}

EXPORT struct memscope_system_snapshot memscope_current_system_snapshot(memscope_tracker *t) {
    struct memscope_system_snapshot snapshot;
    struct ms_tick tick;
    (void)t;
    ms_monitor_tick_now();
    if (!ms_monitor_last_tick(&tick)) {
        memscope_tracker_stats stats;
        ms_stats_read(&stats);
        ms_readers_clear(&tick);
        tick.heap_live_bytes = stats.current_memory_bytes;
        tick.time_ns = ms_lifecycle_ready() ? ms_store_now_precise() : 0;
    }
    ms_snapshot_fill(&tick, &snapshot);
    return snapshot;
}
