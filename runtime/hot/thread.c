/* SPDX-License-Identifier: MIT */
#include "hot/thread.h"

#include <stddef.h>

#include "hot/frames.h"
#include "hot/lifecycle.h"
#include "hot/objects.h"
#include "hot/sampler.h"
#include "platform/os.h"
#include "store/store.h"
#include "store/threads.h"

_Thread_local struct ms_thread *ms_thread_self
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* By shard; a shard's state goes from one thread to the next. Synchronization: who has the shard.
 */
static struct ms_thread *s_states[MS_THREAD_LIMIT];
static uint32_t s_state_count; /* those behind are NULL. Synchronization: store lock */

/* Takes what has no room elsewhere; never read. */
static struct ms_counter s_lost[MS_COUNTERS_PER_CHUNK];
static struct ms_histograms s_lost_histograms;

static struct ms_histograms *s_new_histograms(void) {
    uint64_t signals, offset;
    ms_store_lock(&signals);
    void *histograms = ms_store_append(MS_TABLE_HISTOGRAMS, sizeof(struct ms_histograms), &offset);
    ms_store_publish(MS_TABLE_HISTOGRAMS);
    ms_store_unlock(&signals);
    return histograms != NULL ? histograms : &s_lost_histograms;
}

/* THREAD, the state of a shard, belongs to the thread of RECORD from now on. */
static void s_hand_over(struct ms_thread *thread, struct ms_thread_record *record) {
    uint64_t signals;
    ms_store_lock(&signals);
    ms_objects_abandon(thread);
    thread->record = record;
    if (s_state_count <= thread->shard)
        s_state_count = thread->shard + 1;
    ms_store_unlock(&signals);
}

static struct ms_thread *s_attach(void) {
    uint32_t index, shard;
    struct ms_thread_record *record = ms_threads_register(&index, &shard);
    if (record == NULL)
        return NULL;
    struct ms_thread *thread = s_states[shard];
    if (thread == NULL) {
        thread = ms_os_map_pages(sizeof(*thread));
        if (thread == NULL) {
            ms_store_count_drop(MS_DROP_SPACE);
            return NULL;
        }
        thread->shard = shard;
        thread->histograms = s_new_histograms();
        ms_store_release(&s_states[shard], thread); /* pairs with ms_thread_of_shard */
    }
    s_hand_over(thread, record);
    if (thread->events == NULL && ms_store.header->event_limit != 0)
        thread->events = ms_events_new((uint32_t)ms_store.header->event_limit);
    if (thread->events != NULL)
        thread->events->open = NULL; /* of the thread before */
    thread->busy = thread->objects_busy = false;
    thread->deferred_count = 0;
    thread->handed_on_block = 0;
    thread->newest_address = thread->former = 0;
    thread->phases = (struct ms_phases){0};
    thread->low = -MS_HAND_IN_BYTES;
    thread->high = MS_HAND_IN_BYTES;
    thread->peak = 0;
    thread->index = index;
    ms_frames_find_stack(&thread->stack_low, &thread->stack_last);
    ms_frames_forget(thread);
    ms_sampler_start(thread);
    return thread;
}

struct ms_thread *ms_thread_attach(void) {
    static _Thread_local bool s_attaching __attribute__((tls_model("initial-exec")));
    uint64_t signals;
    if (s_attaching || !ms_lifecycle_ready())
        return NULL;
    ms_os_block_signals(&signals); /* a handler that allocates would attach a second time */
    s_attaching = true;
    if (ms_thread_self == NULL)
        ms_thread_self = s_attach();
    if (ms_thread_self != NULL)
        ms_lifecycle_attached();
    s_attaching = false;
    ms_os_restore_signals(&signals);
    return ms_thread_self;
}

struct ms_counter *ms_thread_new_chunk(struct ms_thread *thread, uint32_t site) {
    uint32_t at = site / MS_COUNTERS_PER_CHUNK;
    struct ms_counter *chunk = ms_counters_new_chunk(thread->shard, at * MS_COUNTERS_PER_CHUNK);
    if (chunk == NULL)
        return s_lost;
    thread->directory[at] = chunk;
    return chunk;
}

void ms_thread_sweep(void) {
    uint64_t signals;
    ms_threads_sweep();
    ms_store_lock(&signals);
    for (uint32_t i = 0; i < s_state_count; i++) {
        struct ms_thread *thread = s_states[i];
        if (thread != NULL && thread->object_count != 0 && thread->record->end_ns != 0)
            ms_objects_abandon(thread);
    }
    ms_store_unlock(&signals);
}

void ms_thread_leave_to_maker(uint32_t maker, uint32_t id) {
    struct ms_thread_record *other = ms_threads_record(maker);
    struct ms_block *block = ms_block_at(id);
    uint32_t stack = block->stack; /* `next` takes its place */
    ms_store_release(&block->address_thread, 0);
    ms_store_relaxed(&block->size_time, MS_BLOCK_SIZE(block) << 24 | stack);
    uint32_t first = ms_load_relaxed(&other->inbox);
    do
        ms_store_relaxed(&block->next, first);
    while (!ms_cas_acq_rel(&other->inbox, &first, id));
}

void ms_thread_give_up_inbox(struct ms_thread *thread) {
    ms_exchange_acq_rel(&thread->record->inbox, 0);
    ms_store_count_drop(MS_DROP_LIMIT);
}

void ms_thread_forked(void) {
    ms_threads_forked(ms_thread_self != NULL ? ms_thread_self->record : NULL);
    ms_phases_forked();
    if (ms_thread_self != NULL)
        ms_thread_self->phases = (struct ms_phases){0};
}

struct ms_thread *ms_thread_of_shard(uint32_t shard) {
    return shard < MS_THREAD_LIMIT ? ms_load_acquire(&s_states[shard]) : NULL;
}
