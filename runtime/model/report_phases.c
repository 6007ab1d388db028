/* SPDX-License-Identifier: MIT */
/* phases[]. */
#include "model/build.h"

#include "base/atomics.h"

/* An open phase lasts until its thread has ended, and has what the thread allocated so far. */
static void s_fill_open(const struct ms_thread_record *thread, struct ms_phase_moment *end,
                        struct memscope_phase *out) {
    out->end_ns = out->heap_live_bytes_at_end = MEMSCOPE_UNKNOWN;
    if (thread == NULL)
        return;
    uint64_t thread_end_ns = ms_load_relaxed(&thread->end_ns);
    if (thread_end_ns != 0)
        out->end_ns = ms_build_max(thread_end_ns, out->start_ns);
    end->allocations = ms_load_relaxed(&thread->allocations);
    end->alloc_bytes = ms_load_relaxed(&thread->alloc_bytes);
}

static enum ms_status s_fill_phase(struct ms_build *build, const struct ms_phase *phase,
                                   struct memscope_phase *out) {
    const struct ms_thread_record *thread =
        ms_journal_entry(build->journal, MS_TABLE_THREADS, phase->thread);
    uint64_t end_ns = ms_load_acquire(&phase->end_ns);
    struct ms_phase_moment end = phase->end;
    out->tid = thread != NULL ? thread->tid : MEMSCOPE_UNKNOWN;
    out->depth = phase->depth;
    out->start_ns = phase->start_ns;
    out->heap_live_bytes_at_start = phase->start.heap_live_bytes;
    if (end_ns != 0) {
        out->end_ns = ms_build_max(end_ns, out->start_ns);
        out->heap_live_bytes_at_end = end.heap_live_bytes;
    } else {
        s_fill_open(thread, &end, out);
    }
    out->total_allocations = ms_build_minus(end.allocations, phase->start.allocations);
    out->total_bytes = ms_build_minus(end.alloc_bytes, phase->start.alloc_bytes);
    ms_name name;
    enum ms_status status = ms_build_name(build, phase->name, &name);
    out->name = status == MS_OK ? ms_build_text(build, name) : NULL;
    return status;
}

enum ms_status ms_build_phases(struct ms_build *build) {
    uint64_t count = ms_journal_count(build->journal, MS_TABLE_PHASES);
    struct memscope_phase *phases = ms_arena_array(build->arena, count, sizeof(*phases));
    if (phases == NULL)
        return MS_NO_MEMORY;
    build->report->phases = phases;
    enum ms_status status = MS_OK;
    for (uint64_t i = 0; status == MS_OK && i < count; i++) {
        const struct ms_phase *phase = ms_journal_entry(build->journal, MS_TABLE_PHASES, i);
        if (phase == NULL)
            break;
        status = s_fill_phase(build, phase, &phases[i]);
        build->report->phase_count++;
    }
    return status;
}
