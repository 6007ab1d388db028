/* SPDX-License-Identifier: MIT */
/* summary, and the notes on what is missing. */
#include "model/build.h"

#include <math.h>

#include "base/atomics.h"

static const char *s_reason(unsigned drop) {
    static const char *const s_reasons[] = {
#define X(number, name, text) [number] = text,
        MS_DROPS(X)
#undef X
    };
    _Static_assert(sizeof(s_reasons) / sizeof(s_reasons[0]) == MS_DROP_COUNT, "one each");
    return drop < MS_DROP_COUNT ? s_reasons[drop] : "for a reason this version does not know";
}

/* Sampled: what threads have freed is counted for all blocks, and what is live too. */
static void s_count_live(const struct ms_build *build, struct memscope_summary *summary) {
    uint64_t count = ms_journal_count(build->journal, MS_TABLE_THREADS);
    uint64_t live = ms_load_relaxed(&build->header->live_bytes);
    summary->total_deallocations = 0;
    for (uint64_t i = 0; i < count; i++) {
        const struct ms_thread_record *record =
            ms_journal_entry(build->journal, MS_TABLE_THREADS, i);
        if (record == NULL)
            continue;
        summary->total_deallocations += ms_load_relaxed(&record->frees);
        live += (uint64_t)ms_load_relaxed(&record->handed_in);
    }
    summary->active_allocations =
        ms_build_minus(summary->total_allocations, summary->total_deallocations);
    summary->current_memory_bytes = (int64_t)live > 0 ? live : 0;
}

/* But they also free blocks that were made while nothing was recorded. */
static void s_estimate_live(const struct ms_build *build, struct memscope_summary *summary) {
    struct ms_estimate live = {0};
    for (uint32_t i = 0; i < build->site_count; i++) {
        live.count += build->sites[i].live.count;
        live.bytes += build->sites[i].live.bytes;
    }
    summary->active_allocations = ms_build_round(live.count);
    summary->current_memory_bytes = ms_build_round(live.bytes);
    summary->total_deallocations =
        ms_build_minus(summary->total_allocations, summary->active_allocations);
}

static void s_fill_totals(const struct ms_build *build, struct memscope_summary *summary) {
    uint64_t free_bytes = 0;
    uint64_t typed_bytes = 0;
    uint64_t static_bytes = 0;
    bool has_static = false;
    for (uint32_t i = 0; i < build->site_count; i++) {
        const struct ms_build_site *site = &build->sites[i];
        if (site->is_pooled) {
            summary->pooled_allocations += site->allocations;
            summary->pooled_bytes += ms_build_minus(site->alloc_bytes, site->free_bytes);
            continue;
        }
        summary->total_allocations += site->allocations;
        summary->total_deallocations += site->frees;
        summary->total_bytes += site->alloc_bytes;
        summary->temporary_allocations += site->temporary;
        summary->moved_bytes += site->moved;
        summary->slack_bytes += site->slack_bytes;
        free_bytes += site->free_bytes;
        if (site->type_name != 0)
            typed_bytes += site->alloc_bytes;
        if (site->kind == MEMSCOPE_SITE_STATIC && site->object.is_shown) {
            has_static = true;
            static_bytes += site->object.bytes;
        }
    }
    summary->pooled_outside_bytes = build->pooled_outside_bytes;
    summary->active_allocations =
        ms_build_minus(summary->total_allocations, summary->total_deallocations);
    summary->current_memory_bytes = ms_build_minus(summary->total_bytes, free_bytes);
    if (build->sampled && build->has_gaps)
        s_estimate_live(build, summary);
    else if (build->sampled)
        s_count_live(build, summary);
    summary->typed_bytes_percent = summary->total_bytes != 0
                                       ? 100.0 * (double)typed_bytes / (double)summary->total_bytes
                                       : NAN;
    for (size_t i = 0; i < build->report->thread_count; i++)
        summary->freed_elsewhere += build->report->threads[i].freed_elsewhere;
    if (build->sampled)
        summary->moved_bytes = MEMSCOPE_UNKNOWN;
    if (!build->knows_slack)
        summary->slack_bytes = MEMSCOPE_UNKNOWN;
    summary->static_bytes = has_static ? static_bytes : MEMSCOPE_UNKNOWN;
}

/* The writer's peak leaves out what running threads have not handed in yet. A tick, one thread's
 * own peak or the end may have seen more; the process had at least as much. */
static uint64_t s_peak(const struct ms_build *build, uint64_t current) {
    if (build->sampled && build->has_gaps)
        return MEMSCOPE_UNKNOWN;
    uint64_t peak = ms_build_max(ms_load_relaxed(&build->header->peak_bytes), current);
    for (size_t i = 0; i < build->tick_count; i++)
        if (build->ticks[i].heap_live_bytes != MS_UNKNOWN_U64)
            peak = ms_build_max(peak, build->ticks[i].heap_live_bytes);
    for (size_t i = 0; i < build->report->thread_count && !build->sampled; i++)
        peak = ms_build_max(peak, build->report->threads[i].peak_bytes);
    return peak;
}

static uint64_t s_padding_waste(const struct memscope_report *report) {
    uint64_t sum = 0;
    bool known = false;
    for (size_t i = 0; i < report->type_count; i++) {
        uint64_t waste = report->types[i].padding_waste_bytes;
        if (waste == MEMSCOPE_UNKNOWN)
            continue;
        known = true;
        if (__builtin_add_overflow(sum, waste, &sum))
            return MEMSCOPE_UNKNOWN;
    }
    return known ? sum : MEMSCOPE_UNKNOWN;
}

static enum ms_status s_note_drops(struct ms_build *build) {
    struct memscope_summary *summary = &build->report->summary;
    const unsigned count = sizeof(build->header->dropped) / sizeof(build->header->dropped[0]);
    enum ms_status status = MS_OK;
    for (unsigned i = 0; status == MS_OK && i < count; i++) {
        uint64_t dropped = ms_load_relaxed(&build->header->dropped[i]);
        summary->dropped_events += dropped;
        if (dropped != 0)
            status = ms_build_note(build, "%llu events were not recorded: %s",
                                   (unsigned long long)dropped, s_reason(i));
    }
    return status;
}

static enum ms_status s_note_other_malloc(struct ms_build *build) {
    ms_name name;
    if (build->header->other_malloc == 0)
        return MS_OK;
    if (build->header->other_malloc == build->header->executable)
        return ms_build_note(build,
                             "the program has a malloc of its own: its blocks were not seen");
    enum ms_status status = ms_build_name(build, build->header->other_malloc, &name);
    const char *module = status == MS_OK ? ms_build_text(build, name) : NULL;
    if (module == NULL)
        return status;
    return ms_build_note(build,
                         "the program calls the malloc of %s, not memscope's, so its blocks were "
                         "not seen: `memscope run` starts it with memscope's in front",
                         module);
}

/* What makes less sure of what the search for blocks that nothing points to has found. */
static enum ms_status s_note_scan(struct ms_build *build) {
    static const char *const s_results[] = {
#define X(number, name, text) [MS_SCAN_##name] = text,
        MS_SCAN_RESULTS(X)
#undef X
    };
    uint32_t result = ms_load_relaxed(&build->header->scan_result);
    uint32_t running = ms_load_relaxed(&build->header->scan_running);
    enum ms_status status = MS_OK;
    if (result == MS_SCAN_NONE)
        return MS_OK;
    if (result == MS_SCAN_PARTLY)
        status =
            ms_build_note(build, "not all blocks have a record: \"unreachable\" are only those "
                                 "that no memory of the program points to, be it freed");
    else if (result != MS_SCAN_DONE)
        status = ms_build_note(build, "what the program can still reach is not known: %s",
                               result < MS_SCAN_RESULT_COUNT ? s_results[result] : "?");
    if (status == MS_OK && running != 0)
        status = ms_build_note(build,
                               "threads ran on while it was looked at what they can reach: blocks "
                               "that only their registers point to count as unreachable");
    return status;
}

/* A few blocks that the C library made before we were there are freed in every program; that is
 * said only where it says something about the program. */
static enum ms_status s_note_doubts(struct ms_build *build) {
    uint64_t unknown = ms_load_relaxed(&build->header->unknown_frees);
    uint64_t known = build->report->summary.total_deallocations;
    enum ms_status status = s_note_other_malloc(build);
    if (status == MS_OK && unknown > known / 100 && !build->sampled)
        status = ms_build_note(
            build, "%llu frees were of blocks made before memscope or by another allocator",
            (unsigned long long)unknown);
    if (status == MS_OK && build->sampled)
        status = ms_build_note(
            build, "only a sample of the blocks was recorded: what was allocated is exact, what is "
                   "live by place, type, variable, thread and stack is estimated (± in "
                   "error_percent)");
    if (status == MS_OK && build->sampled && build->has_gaps)
        status = ms_build_note(build, "recording was off for a while: what is live in the whole "
                                      "process is estimated too, and its peak is not known");
    if (status == MS_OK)
        status = s_note_scan(build);
    uint64_t torn = build->report->summary.torn_blocks;
    if (status == MS_OK && torn != 0 && torn != MEMSCOPE_UNKNOWN)
        status =
            ms_build_note(build,
                          "%llu blocks were being recorded when the process ended: they may be "
                          "counted twice or not as freed",
                          (unsigned long long)torn);
    if (status == MS_OK && build->damaged_blocks != 0)
        status = ms_build_note(build,
                               "%llu records of live blocks are damaged: what they said of their "
                               "site, owner or stack is left out",
                               (unsigned long long)build->damaged_blocks);
    return status;
}

enum ms_status ms_build_summary(struct ms_build *build) {
    struct memscope_summary *summary = &build->report->summary;
    double seconds = (double)build->report->process.duration_ns / 1e9;
    s_fill_totals(build, summary);
    summary->peak_memory_bytes = s_peak(build, summary->current_memory_bytes);
    summary->allocation_rate_per_sec =
        seconds > 0 ? (double)summary->total_allocations / seconds : NAN;
    summary->deallocation_rate_per_sec =
        seconds > 0 ? (double)summary->total_deallocations / seconds : NAN;
    summary->padding_waste_bytes = s_padding_waste(build->report);
    enum ms_status status = ms_build_stack_peak(build, &summary->stack_peak_bytes);
    if (status == MS_OK)
        status = s_note_drops(build);
    return status == MS_OK ? s_note_doubts(build) : status;
}
