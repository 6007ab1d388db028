/* SPDX-License-Identifier: MIT */
#include "store/phases.h"

#include <stddef.h>

#include "store/store.h"
#include "store/strings.h"
#include "store/threads.h"

/* Under the lock. */
static struct ms_phase_moment s_moment(const struct ms_thread_record *record) {
    return (struct ms_phase_moment){
        .allocations = ms_load_relaxed(&record->allocations),
        .alloc_bytes = ms_load_relaxed(&record->alloc_bytes),
        .heap_live_bytes = ms_threads_live_bytes(),
    };
}

void ms_phases_begin(struct ms_phases *phases, const char *name, uint32_t thread,
                     const struct ms_thread_record *record) {
    uint64_t signals, offset;
    ms_store_lock(&signals);
    struct ms_phase *phase = NULL;
    if (phases->missed == 0 &&
        ms_store.tables[MS_TABLE_PHASES].appended / sizeof(*phase) < MS_PHASE_LIMIT)
        phase = ms_store_append(MS_TABLE_PHASES, sizeof(*phase), &offset);
    else
        ms_store_count_drop(MS_DROP_LIMIT);
    if (phase != NULL) {
        /* All of it: in the child of a fork the room had a phase of the parent. */
        *phase = (struct ms_phase){
            .start_ns = ms_store_now_precise(),
            .name = ms_strings_intern(name),
            .thread = thread,
            .outer = phases->innermost,
            .depth = phases->depth,
            .start = s_moment(record),
        };
        ms_store_publish(MS_TABLE_STRINGS);
        ms_store_publish(MS_TABLE_PHASES);
        phases->innermost = (uint32_t)(offset / sizeof(*phase)) + 1;
        phases->depth++;
    } else {
        phases->missed++;
    }
    ms_store_unlock(&signals);
}

void ms_phases_end(struct ms_phases *phases, const struct ms_thread_record *record) {
    if (phases->missed != 0) {
        phases->missed--;
        return;
    }
    if (phases->innermost == 0)
        return;
    uint64_t signals;
    struct ms_phase *phase =
        ms_store_at(MS_TABLE_PHASES, (phases->innermost - 1) * sizeof(struct ms_phase));
    ms_store_lock(&signals);
    phase->end = s_moment(record);
    ms_store_unlock(&signals);
    phases->innermost = phase->outer;
    phases->depth--;
    ms_store_release(&phase->end_ns, ms_store_now_precise() | 1); /* 0 means open */
}

void ms_phases_forked(void) {
    ms_store.tables[MS_TABLE_PHASES].appended = 0;
    ms_store_publish(MS_TABLE_PHASES);
}
