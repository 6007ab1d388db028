/* SPDX-License-Identifier: MIT */
#include "hot/live_bytes.h"

#include <sys/single_threaded.h>

#include "hot/clock.h"
#include "store/live.h"
#include "store/peak.h"
#include "store/store.h"

/* Of an hour of the program these are some milliseconds. */
#define COLD __attribute__((noinline, cold))

/* What it has made and is still there, less than its balance where it has freed nothing of others.
 */
static int64_t s_thread_live(const struct ms_thread_record *record) {
    return ms_live_bytes_balance(record) + (int64_t)record->foreign_free_bytes -
           (int64_t)ms_load_relaxed(&record->freed_elsewhere_bytes);
}

static void s_raise_peak(uint64_t live) {
    struct ms_journal_header *header = ms_store.header;
    uint64_t peak = ms_load_relaxed(&header->peak_bytes);
    while ((int64_t)live > (int64_t)peak) {
        if (ms_cas_relaxed(&header->peak_bytes, &peak, live)) {
            ms_store_relaxed(&header->peak_ns, ms_clock_now());
            return;
        }
    }
}

static void s_keep_peak(uint64_t live) {
    if (ms_peak_is_due(live))
        ms_peak_take(live, ms_clock_now());
}

/* The live bytes of the process with CHANGE. */
static uint64_t s_add(int64_t change) {
    uint64_t live = ms_fetch_add_relaxed(&ms_store.header->live_bytes, (uint64_t)change);
    s_raise_peak(live + (uint64_t)change);
    return live + (uint64_t)change;
}

void ms_live_bytes_add(int64_t change) {
    s_keep_peak(s_add(change));
}

static uint64_t s_tell(struct ms_thread *thread) {
    struct ms_thread_record *record = thread->record;
    int64_t balance = ms_live_bytes_balance(record);
    uint64_t live = s_add(balance - record->handed_in);
    ms_store_relaxed(&record->handed_in, balance);
    thread->low = balance - (MS_HAND_IN_BYTES - (int64_t)MS_LIVE_SMALL); /* fast.c looks late */
    thread->high = balance + MS_HAND_IN_BYTES;
    thread->peak = INT64_MIN; /* the next free looks at the peaks */
    return live;
}

COLD void ms_live_bytes_tell(struct ms_thread *thread) {
    s_keep_peak(s_tell(thread));
}

COLD void ms_live_bytes_tell_early(struct ms_thread *thread) {
    if (ms_peak_is_due(s_tell(thread)))
        thread->high = INT64_MIN; /* with the next block or free it is told again */
}

__attribute__((noinline)) void ms_live_bytes_before_free(struct ms_thread *thread) {
    struct ms_thread_record *record = thread->record;
    struct ms_journal_header *header = ms_store.header;
    int64_t balance = ms_live_bytes_balance(record), live = s_thread_live(record);
    if (balance > thread->high)
        ms_live_bytes_tell(thread);
    if (live > (int64_t)record->peak_bytes)
        ms_store_relaxed(&record->peak_bytes, (uint64_t)live);
    thread->peak = balance + ((int64_t)record->peak_bytes - live);
    if (!__libc_single_threaded)
        return; /* telling raises the peak of the process */
    uint64_t all = header->live_bytes + (uint64_t)(balance - record->handed_in);
    if ((int64_t)all > (int64_t)header->peak_bytes) {
        ms_store_relaxed(&header->peak_bytes, all);
        ms_store_relaxed(&header->peak_ns, ms_clock_now());
        s_keep_peak(all);
    }
    int64_t room = balance + (int64_t)(header->peak_bytes - all);
    if (room < thread->peak)
        thread->peak = room;
}
