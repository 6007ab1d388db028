/* SPDX-License-Identifier: MIT */
/* What made up the peak: kept by the process (store/peak.h), or what is live, if that is more. */
#include "base/atomics.h"
#include "model/build.h"

/* False: it was kept again meanwhile. */
static bool s_read(struct ms_build *build, uint64_t taken) {
    struct memscope_summary *summary = &build->report->summary;
    unsigned copy = taken % 2;
    for (uint32_t i = 0; i < build->site_count; i++) {
        const struct ms_peak_entry *entry = ms_journal_entry(build->journal, MS_TABLE_PEAK, i);
        uint64_t bytes = entry != NULL ? ms_load_relaxed(&entry->live_bytes[copy]) : 0;
        build->sites[i].bytes_at_peak = (int64_t)bytes > 0 ? bytes : 0;
    }
    for (uint32_t i = 0; i < build->stack_count; i++) {
        const struct ms_peak_entry *entry =
            ms_journal_entry(build->journal, MS_TABLE_PEAK_STACKS, build->stacks[i].id);
        uint64_t bytes = entry != NULL ? ms_load_relaxed(&entry->live_bytes[copy]) : 0;
        build->stacks[i].bytes_at_peak = (int64_t)bytes > 0 ? bytes : 0;
    }
    summary->peak_known_bytes = ms_load_relaxed(&build->header->peak_taken_bytes[copy]);
    summary->peak_known_ns = ms_load_relaxed(&build->header->peak_taken_ns[copy]);
    ms_fence_acquire();
    return ms_load_relaxed(&build->header->peak_taken) == taken; /* the next is in the other copy */
}

static uint64_t s_live(const struct ms_build *build) {
    uint64_t live = 0;
    for (uint32_t i = 0; i < build->site_count; i++)
        live += build->sites[i].live_bytes;
    return live;
}

/* Counters see their peak when their own thread frees; what goes from thread to thread has none. */
static void s_raise_peaks(struct ms_build *build) {
    for (uint32_t i = 0; i < build->site_count; i++) {
        struct ms_build_site *site = &build->sites[i];
        if (site->bytes_at_peak != MEMSCOPE_UNKNOWN)
            site->peak_bytes = ms_build_max(site->peak_bytes, site->bytes_at_peak);
    }
}

enum ms_status ms_build_peak(struct ms_build *build) {
    struct memscope_summary *summary = &build->report->summary;
    uint64_t live = s_live(build), taken;
    unsigned tries = 0;
    summary->peak_known_bytes = summary->peak_known_ns = MEMSCOPE_UNKNOWN;
    do
        taken = ms_load_acquire(&build->header->peak_taken); /* pairs with ms_peak_take */
    while (taken != 0 && !s_read(build, taken) && ++tries < 8);
    bool is_peak = live >= ms_load_relaxed(&build->header->peak_bytes);
    bool known = taken != 0 && !is_peak;
    for (uint32_t i = 0; i < build->site_count && !known; i++)
        build->sites[i].bytes_at_peak = is_peak ? build->sites[i].live_bytes : MEMSCOPE_UNKNOWN;
    for (uint32_t i = 0; i < build->stack_count && !known; i++)
        build->stacks[i].bytes_at_peak = is_peak ? build->stacks[i].live_bytes : MEMSCOPE_UNKNOWN;
    if (is_peak) {
        summary->peak_known_bytes = live;
        summary->peak_known_ns = build->report->process.duration_ns;
    }
    s_raise_peaks(build);
    return MS_OK;
}
