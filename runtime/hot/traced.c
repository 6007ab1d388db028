/* SPDX-License-Identifier: MIT */
#include "hot/traced.h"

#include "hot/hooks.h"
#include "hot/real.h"
#include "hot/thread.h"
#include "store/live.h"

static bool s_is_on(void) {
    return MS_LIKELY(ms_recording.traced) && MS_LIKELY(ms_recording.frees);
}

/* The state of this thread, which is busy then and has a ring; NULL: it has none, or is busy
 * already, which is counted. */
static struct ms_thread *s_begin(void) {
    struct ms_thread *thread = s_is_on() ? ms_record_enter() : NULL;
    if (thread == NULL) {
        if (s_is_on() && ms_thread_self != NULL)
            ms_own_add(&ms_thread_self->record->events, 1);
        return NULL;
    }
    if (MS_LIKELY(thread->events != NULL))
        return thread;
    ms_own_add(&thread->record->events, 1);
    ms_record_leave(thread);
    return NULL;
}

/* The record of the block that starts at ADDRESS, 0: none. */
static uint32_t s_find(uintptr_t address) {
    uint32_t id = ms_live_find(address);
    return id != 0 && MS_BLOCK_ADDRESS(ms_block_at(id)) == address ? id : 0;
}

/* The site of the block of RING's open event, which is no longer the newest of THREAD; 0: another
 * thread has freed it meanwhile, and the record may be another block's. */
static uint32_t s_site_of_newest(struct ms_thread *thread, const struct ms_event_ring *ring) {
    const struct ms_pending *pending = &thread->record->pending;
    uint64_t address_thread = ring->open->address_thread;
    uint32_t id = ring->open_block;
    if (pending->block != id)
        return 0;
    if (pending->frame_address != 0)
        return ms_record_settled_site(thread, id);
    const struct ms_block *block = ms_block_at(id);
    if (ms_load_acquire(&block->address_thread) != address_thread)
        return 0;
    uint32_t site = ms_load_relaxed(&block->site);
    ms_fence_acquire(); /* pairs with the release of address_thread of its next block */
    return ms_load_relaxed(&block->address_thread) == address_thread ? site : 0;
}

/* The event of the thread's newest block gets the site that it is counted at. */
static void s_close(struct ms_thread *thread) {
    struct ms_event_ring *ring = thread->events;
    if (ring->open != NULL)
        ms_events_close(ring, s_site_of_newest(thread, ring));
}

/* What happens to the block of record ID. */
static struct ms_event s_event(const struct ms_thread *thread, enum memscope_event_kind kind,
                               uint32_t id, uintptr_t former) {
    const struct ms_block *block = ms_block_at(id);
    return (struct ms_event){
        .kind = kind,
        .address_thread = (uint64_t)MS_BLOCK_ADDRESS(block) << 16 | thread->index,
        .size = MS_BLOCK_SIZE(block),
        .former = former,
        .site = ms_load_acquire(&block->site),
        .stack = block->stack,
    };
}

void ms_traced_note(struct ms_thread *thread, enum memscope_event_kind kind, uint32_t id,
                    uintptr_t former) {
    struct ms_event event = s_event(thread, kind, id, former);
    if (thread->events == NULL) {
        if (ms_store.header->event_limit != 0)
            ms_own_add(&thread->record->events, 1);
        return;
    }
    struct ms_event *at = ms_events_add(thread->events, thread->record, &event);
    if (kind != MEMSCOPE_EVENT_FREE)
        ms_events_open(thread->events, at, id);
}

/* The block at ADDRESS is there since now, if it is recorded: the newest one of the thread. */
static void s_note_made(uintptr_t address, enum memscope_event_kind kind, uintptr_t former) {
    struct ms_thread *thread = s_begin();
    if (thread == NULL)
        return;
    uint32_t id = s_find(address);
    if (id != 0)
        ms_traced_note(thread, kind, id, former);
    ms_record_leave(thread);
}

/* The record of the block at ADDRESS, which is to go: the event of its newest allocation, too, gets
 * its site now. 0: none. */
static uint32_t s_look(struct ms_thread *thread, uintptr_t address) {
    uint32_t id = s_find(address);
    if (id == 0)
        return 0;
    ms_record_settled_site(thread, id);
    if (thread->events->open_block == id)
        s_close(thread);
    return id;
}

void *ms_traced_allocation(void *address, size_t size, struct ms_call call) {
    if (MS_UNLIKELY(address == NULL) || MS_UNLIKELY(ms_recording.blocks == MS_BLOCKS_OFF))
        return address;
    struct ms_thread *thread = ms_thread_self;
    if (thread != NULL && thread->events != NULL && thread->events->open != NULL &&
        (thread = ms_record_enter()) != NULL) {
        s_close(thread);
        ms_record_leave(thread);
    }
    ms_record_allocation(address, size, call);
    s_note_made((uintptr_t)address, MEMSCOPE_EVENT_ALLOC, 0);
    return address;
}

void *ms_traced_malloc(size_t size) {
    return ms_traced_allocation(ms_real.malloc(size), size, MS_CALL());
}

void *ms_traced_calloc(size_t count, size_t size) {
    return ms_traced_allocation(ms_real.calloc(count, size), count * size, MS_CALL());
}

void ms_traced_free(void *address) {
    struct ms_thread *thread = address != NULL ? s_begin() : NULL;
    if (thread != NULL) {
        uint32_t id = s_look(thread, (uintptr_t)address);
        if (id != 0)
            ms_traced_note(thread, MEMSCOPE_EVENT_FREE, id, 0);
        ms_record_leave(thread);
    }
    ms_hook_free(address);
}

void *ms_traced_reallocation(void *old, size_t size, struct ms_call call) {
    if (old == NULL)
        return ms_traced_allocation(ms_real.malloc(size), size, call);
    uint32_t id = 0;
    struct ms_event freed;
    struct ms_thread *thread = s_begin();
    if (thread != NULL) {
        s_close(thread);
        id = s_look(thread, (uintptr_t)old);
        if (id != 0)
            freed = s_event(thread, MEMSCOPE_EVENT_FREE, id, 0);
        ms_record_leave(thread);
    }
    void *memory = ms_hook_reallocation(old, size, call);
    bool goes_on = memory != NULL && ms_recording.blocks == MS_BLOCKS_ON;
    if (goes_on) {
        s_note_made((uintptr_t)memory, id != 0 ? MEMSCOPE_EVENT_REALLOC : MEMSCOPE_EVENT_ALLOC,
                    id != 0 ? (uintptr_t)old : 0);
    } else if (id != 0 && (memory != NULL || size == 0) && (thread = s_begin()) != NULL) {
        ms_events_add(thread->events, thread->record, &freed);
        ms_record_leave(thread);
    }
    return memory;
}

void *ms_traced_realloc(void *old, size_t size) {
    return ms_traced_reallocation(old, size, MS_CALL());
}
