/* SPDX-License-Identifier: MIT */
/* memscope_analyze: the report that a program gets inside itself, in pages of its own. */
#include <stddef.h>
#include <string.h>

#include "base/atomics.h"
#include "hot/lifecycle.h"
#include "model/snapshot.h"
#include "platform/os.h"
#include "store/store.h"
#include "tracker/hotspots.h"
#include "tracker/stats.h"
#include "tracker/thread_rows.h"
#include "tracker/tracker.h"

#define EXPORT     __attribute__((visibility("default")))
#define TICK_TRIES 50

/* What a report lies in. */
struct s_report {
    memscope_analysis_report report;
    size_t bytes;
    struct memscope_system_snapshot *snapshots;
    struct memscope_gpu *gpus; /* MS_GPUS_PER_TICK for each */
};

/* A copy of a tracker's list. */
struct s_list {
    struct ms_tracker_entry *entries;
    uint32_t count;
    size_t bytes;
    size_t text; /* what the locations take */
};

/* ---- snapshots ---- */

/* At most LIMIT; again where the writer has thinned them meanwhile. */
static void s_copy_snapshots(struct s_report *out, uint64_t limit) {
    const struct ms_journal_header *header = ms_store.header;
    for (int i = 0; i < TICK_TRIES; i++) {
        uint32_t before = ms_load_acquire(&header->timeline_sequence);
        uint64_t count = ms_load_acquire(&header->used[MS_TABLE_TICKS]);
        count = count < limit ? count : limit;
        for (uint64_t at = 0; at < count; at++) {
            struct ms_tick tick =
                *(const struct ms_tick *)ms_store_at(MS_TABLE_TICKS, at * sizeof(struct ms_tick));
            ms_snapshot_fill(&tick, &out->snapshots[at]);
            ms_snapshot_fill_gpus(&tick, &out->snapshots[at], out->gpus + at * MS_GPUS_PER_TICK);
        }
        out->report.system_snapshot_count = count;
        ms_fence_acquire(); /* pairs with the writer's release of the sequence */
        if (before % 2 == 0 && ms_load_relaxed(&header->timeline_sequence) == before)
            return;
        ms_os_yield();
    }
}

/* ---- all of it ---- */

/* Under the store lock. */
static bool s_copy_list(struct s_list *list, const memscope_tracker *t) {
    *list = (struct s_list){0};
    if (t->entry_count == 0)
        return true;
    list->bytes = t->entry_count * sizeof(*t->entries);
    list->entries = ms_os_map_pages(list->bytes);
    if (list->entries == NULL)
        return false;
    memcpy(list->entries, t->entries, list->bytes);
    list->count = t->entry_count;
    for (uint32_t i = 0; i < list->count; i++)
        list->text += ms_hotspots_text_size(list->entries[i].site);
    return true;
}

/* In one piece: the report, rows, snapshots, their GPUs, THREADS rows, text. NULL: no memory. */
static struct s_report *s_new_report(const struct s_list *list, uint64_t snapshots,
                                     uint64_t threads) {
    size_t bytes = sizeof(struct s_report) + list->count * sizeof(struct memscope_hotspot) +
                   snapshots * (sizeof(struct memscope_system_snapshot) +
                                MS_GPUS_PER_TICK * sizeof(struct memscope_gpu)) +
                   threads * (sizeof(struct memscope_thread_report) + MS_THREAD_ROW_TEXT) +
                   list->text;
    struct s_report *out = ms_os_map_pages(bytes);
    if (out == NULL)
        return NULL;
    struct ms_hotspots hotspots = {.entries = list->entries, .entry_count = list->count};
    hotspots.rows = (struct memscope_hotspot *)(out + 1);
    out->bytes = bytes;
    out->snapshots = (struct memscope_system_snapshot *)(hotspots.rows + list->count);
    out->gpus = (struct memscope_gpu *)(out->snapshots + snapshots);
    struct memscope_thread_report *rows =
        (struct memscope_thread_report *)(out->gpus + snapshots * MS_GPUS_PER_TICK);
    char *names = (char *)(rows + threads);
    hotspots.text = names + threads * MS_THREAD_ROW_TEXT;
    hotspots.text_end = hotspots.text + list->text;
    if (list->count != 0 && !ms_hotspots_fill(&hotspots)) {
        ms_os_unmap(out, bytes);
        return NULL;
    }
    out->report.hotspots = hotspots.rows;
    out->report.hotspot_count = hotspots.count;
    out->report.system_snapshots = out->snapshots;
    out->report.threads = rows;
    out->report.thread_count = threads;
    ms_thread_rows_fill(rows, names, threads);
    return out;
}

static void s_fill_totals(memscope_analysis_report *report) {
    memscope_tracker_stats stats;
    ms_stats_read(&stats);
    report->total_allocations = stats.total_allocations;
    report->total_deallocations = stats.total_deallocations;
    report->active_allocations = stats.active_allocations;
    report->peak_memory_bytes = stats.peak_memory_bytes;
    report->current_memory_bytes = stats.current_memory_bytes;
    report->allocation_rate_per_sec = stats.allocation_rate_per_sec;
    report->deallocation_rate_per_sec = stats.deallocation_rate_per_sec;
}

static struct s_report *s_analyze(memscope_tracker *t) {
    struct s_list list;
    uint64_t signals, snapshots = 0;
    ms_store_lock(&signals);
    bool copied = s_copy_list(&list, t);
    ms_store_unlock(&signals);
    if (!copied)
        return NULL;
    if (ms_load_relaxed(&t->monitors))
        snapshots = ms_load_acquire(&ms_store.header->used[MS_TABLE_TICKS]);
    struct s_report *out =
        s_new_report(&list, snapshots, ms_load_acquire(&ms_store.header->used[MS_TABLE_THREADS]));
    if (list.entries != NULL)
        ms_os_unmap(list.entries, list.bytes);
    if (out != NULL && snapshots != 0)
        s_copy_snapshots(out, snapshots);
    return out;
}

EXPORT memscope_analysis_report *memscope_analyze(memscope_tracker *t) {
    static const struct s_list s_nothing;
    struct s_report *out =
        t != NULL && ms_lifecycle_ready() ? s_analyze(t) : s_new_report(&s_nothing, 0, 0);
    if (out == NULL)
        return NULL;
    s_fill_totals(&out->report);
    return &out->report;
}

EXPORT void memscope_analysis_release(memscope_analysis_report *report) {
    if (report != NULL)
        ms_os_unmap(report, ((struct s_report *)report)->bytes);
}
