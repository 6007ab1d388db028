/* SPDX-License-Identifier: MIT */
#include "hot/leaks.h"

#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>

#include "base/atomics.h"
#include "hot/real.h"
#include "hot/thread.h"
#include "memscope/abi.h"
#include "monitor/monitor.h"
#include "platform/os.h"
#include "scan/scan.h"
#include "store/store.h"

static uint32_t s_busy; /* Synchronization: atomic */

#ifndef MS_HOT_STATIC
/* The linker's: where our own data lies, from the dynamic section on. */
extern const char _DYNAMIC[] __attribute__((visibility("hidden")));
extern const char _end[] __attribute__((visibility("hidden")));
#endif

static void s_add_dead(struct ms_scan_request *request) {
    const struct ms_thread *thread;
    for (uint32_t i = 0; (thread = ms_thread_of_shard(i)) != NULL; i++) {
        if (thread->stack_last == 0 || ms_load_relaxed(&thread->record->end_ns) == 0 ||
            request->dead_count == MS_SCAN_DEAD_LIMIT)
            continue;
        request->dead[request->dead_count].start = thread->stack_low;
        request->dead[request->dead_count++].end = thread->stack_last + 2 * sizeof(uintptr_t);
    }
}

static bool s_is_incomplete(const struct ms_journal_header *header) {
    uint64_t dropped = 0;
    for (unsigned i = 0; i < MS_DROP_COUNT; i++)
        dropped += ms_load_relaxed(&header->dropped[i]);
    return header->sampled != 0 || ms_load_relaxed(&header->gaps) != 0 || dropped != 0 ||
           header->other_malloc != 0;
}

static void s_say(uint32_t result) {
    static const char *const s_results[] = {
#define X(number, name, text) [MS_SCAN_##name] = text,
        MS_SCAN_RESULTS(X)
#undef X
    };
    char line[160] = "what can still be reached is not known: ";
    if (result == MS_SCAN_DONE || result == MS_SCAN_PARTLY)
        return;
    strcat(line, s_results[result]);
    ms_os_say(line);
}

void ms_leaks_scan(bool by_helper) {
    static struct ms_scan_request s_request; /* large */
    uint32_t no = 0;
    if (!ms_cas_acq_rel(&s_busy, &no, 1))
        return;
    s_request = (struct ms_scan_request){
        .helper = ms_monitor_tid(),
        .is_outside = by_helper,
        .is_glibc = ms_real_is_glibc(),
        .is_incomplete = s_is_incomplete(ms_store.header),
        .linker = getauxval(AT_BASE),
        .allocator = (uintptr_t)ms_real.malloc,
        .arena_start = (uintptr_t)ms_real_arena_memory,
        .arena_end = (uintptr_t)ms_real_arena_memory + MS_REAL_ARENA_BYTES,
#ifndef MS_HOT_STATIC
        .own_start = (uintptr_t)_DYNAMIC,
        .own_end = (uintptr_t)_end,
#else
        .own_start = (uintptr_t)ms_real_arena_memory, /* none: ours is among the program's */
        .own_end = (uintptr_t)ms_real_arena_memory + MS_REAL_ARENA_BYTES,
#endif
        .word = (intptr_t)&__memscope_fresh_block - (intptr_t)__builtin_thread_pointer(),
    };
    s_add_dead(&s_request);
    ms_scan(&s_request);
    s_say(ms_store.header->scan_result);
    ms_store_release(&s_busy, 0);
}
