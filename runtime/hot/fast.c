/* SPDX-License-Identifier: MIT */
/*
 * What these cost is stores and instructions, so: no calls (but of the allocator) and no registers
 * to be saved for them; counters that lie side by side are written together.
 */
#include "hot/fast.h"

#include "base/atomics.h"
#include "hot/frames.h"
#include "hot/hooks.h"
#include "hot/live_bytes.h"
#include "hot/real.h"
#include "hot/record.h"
#include "hot/stack_totals.h"
#include "hot/thread.h"
#include "store/live.h"
#include "store/store.h"

#define HOT inline __attribute__((always_inline))

bool ms_fast_is_possible(void) {
    return ms_recording.near != NULL && ms_address_map_apart && !ms_recording.own_clock &&
           !(ms_recording.capture && ms_recording.tables);
}

/* The thread's state, which is busy then, as in record.c. */
static HOT struct ms_thread *s_begin(void) {
    struct ms_thread *thread = ms_thread_self;
    if (MS_UNLIKELY(thread == NULL) || MS_UNLIKELY(thread->busy))
        return NULL;
    thread->busy = true;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return thread;
}

static HOT void s_end(struct ms_thread *thread) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    thread->busy = false;
}

/* Counts the pending block at its site, as record.c does; BY_STACK is a constant everywhere:
 * whether its stack counts it too. */
static HOT bool s_settle(struct ms_thread *thread, bool by_stack) {
    struct ms_pending *pending = &thread->record->pending;
    struct ms_stack_counter *stack_counter = NULL;
    uint32_t site = pending->site;
    struct ms_counter *counter;
    if (site == 0) {
        const struct ms_caller_entry *entry =
            ms_thread_caller_entry(thread, pending->frame_address);
        if (MS_UNLIKELY(entry->address != pending->frame_address))
            return false;
        site = entry->site;
    }
    if (MS_UNLIKELY((counter = ms_thread_known_counter(thread, site)) == NULL) ||
        MS_UNLIKELY(thread->pending_block == NULL) ||
        MS_UNLIKELY(ms_load_relaxed(&thread->record->inbox) != 0) ||
        (by_stack &&
         MS_UNLIKELY((stack_counter = ms_stack_totals_known(thread, thread->pending_stack))->site !=
                     site)))
        return false;
    ms_thread_count_pending(thread, counter, site, by_stack, stack_counter);
    return true;
}

/* The free SLOT of a small block that is to be made; false: something rare is to be done first. */
static HOT bool s_room(const struct ms_thread *thread, uintptr_t address, size_t size,
                       uint32_t **slot) {
    uintptr_t leaf = ms_address_map_leaf(address);
    const struct ms_thread_record *record = thread->record;
    if (MS_UNLIKELY(leaf == 0) || MS_UNLIKELY(size >= MS_LIVE_SMALL) ||
        MS_UNLIKELY(thread->free_blocks.first - 1 >= ms_recording.make_last) ||
        MS_UNLIKELY(ms_live_bytes_balance(record) + (int64_t)size > thread->high))
        return false;
    *slot = ms_address_map_at(leaf, address);
    return MS_LIKELY(!ms_address_map_is_taken(ms_load_relaxed(*slot)));
}

/* What a block that is made is given. */
struct s_made {
    uintptr_t return_address;
    uint32_t stack, site;
    uint64_t holder;
};

/* The block becomes live, with its record's number in SLOT, and pending. */
static HOT void s_make(struct ms_thread *thread, uint32_t *slot, uintptr_t address, size_t size,
                       const struct s_made *made, bool has_stack) {
    struct ms_thread_record *record = thread->record;
    uint32_t id = thread->free_blocks.first;
    struct ms_block *block = &ms_recording.near[id];
    uint64_t *sizes = thread->histograms->sizes;
    thread->free_blocks.first = block->next;
    thread->pending_block = block;
    block->site = 0;
    ms_store_relaxed(&block->stack, made->stack);
    if (has_stack)
        thread->pending_stack = made->stack;
    block->holder = made->holder;
    block->size_time = size << 24 | ms_load_relaxed(&ms_recording.now);
    ms_store_release(&block->address_thread, address << 16 | thread->index); /* for readers */
    ms_store_release(slot, id);
    record->pending.size = size;
    record->pending.block = id;
    record->pending.site = made->site;
    ms_store_relaxed(&record->pending.frame_address, made->return_address);
    __memscope_fresh_block = (void *)address;
    ms_own_add(&record->allocations, 1);
    ms_own_add(&record->alloc_bytes, size);
    ms_own_add(&sizes[ms_thread_bucket(size)], 1);
}

/* The stack's id; 0: no room, or it is not known, where that is ONLY_KNOWN (a constant). */
static HOT uint32_t s_stack(struct ms_thread *thread, struct ms_call call, bool only_known) {
    uint32_t id = ms_frames_known(thread, call);
    return MS_LIKELY(id != 0) || only_known ? id
                                            : ms_frames_capture(thread, call, ms_recording.depth);
}

/* False: it is left to others. HAS_STACK and MAY_SETTLE are constants. */
static HOT bool s_record(void *memory, size_t size, struct ms_call call, bool has_stack,
                         bool may_settle, bool by_stack) {
    struct ms_thread *thread = s_begin();
    if (MS_UNLIKELY(thread == NULL))
        return false;
    struct s_made made = {.return_address = call.return_address};
    uint32_t *slot;
    if (MS_UNLIKELY(!s_room(thread, (uintptr_t)memory, size, &slot)) ||
        (has_stack && MS_UNLIKELY((made.stack = s_stack(thread, call, !may_settle)) == 0)) ||
        (MS_UNLIKELY(thread->record->pending.frame_address != 0) &&
         !(may_settle && s_settle(thread, by_stack)))) {
        s_end(thread);
        return false;
    }
    s_make(thread, slot, (uintptr_t)memory, size, &made, has_stack);
    s_end(thread);
    return true;
}

static __attribute__((noinline)) void *s_made_settling(void *memory, size_t size,
                                                       struct ms_call call) {
    return MS_LIKELY(s_record(memory, size, call, false, true, false))
               ? memory
               : ms_record_allocation(memory, size, call);
}

static __attribute__((noinline)) void *s_made_settling_frames(void *memory, size_t size,
                                                              struct ms_call call) {
    bool is_recorded = MS_LIKELY(ms_recording.frees == MS_FREES_BY_STACK)
                           ? s_record(memory, size, call, true, true, true)
                           : s_record(memory, size, call, true, true, false);
    return MS_LIKELY(is_recorded) ? memory : ms_record_allocation(memory, size, call);
}

static HOT void *s_made(void *memory, size_t size, struct ms_call call, bool has_stack) {
    if (MS_UNLIKELY(memory == NULL) ||
        MS_LIKELY(s_record(memory, size, call, has_stack, false, false)))
        return memory;
    return has_stack ? s_made_settling_frames(memory, size, call)
                     : s_made_settling(memory, size, call);
}

void *ms_fast_malloc(size_t size) {
    void *memory = ms_real.malloc(size);
    return s_made(memory, size, MS_CALL(), false);
}

void *ms_fast_malloc_frames(size_t size) {
    void *memory = ms_real.malloc(size);
    return s_made(memory, size, MS_CALL(), true);
}

void *ms_fast_calloc(size_t count, size_t size) {
    void *memory = ms_real.calloc(count, size);
    return s_made(memory, count * size, MS_CALL(), false);
}

void *ms_fast_calloc_frames(size_t count, size_t size) {
    void *memory = ms_real.calloc(count, size);
    return s_made(memory, count * size, MS_CALL(), true);
}

/* A small block that this thread has made, with nothing rare to be done when it is freed. */
struct s_own {
    uint32_t *slot;
    struct ms_block *block;
    struct ms_counter *counter;             /* of its site */
    struct ms_stack_counter *stack_counter; /* of its stack, where that counts */
    uint32_t id;
};

/* False: it is none. Where the free would look at what the pending block belongs to, that is
 * counted. */
static HOT bool s_find_own(struct ms_thread *thread, uintptr_t address, struct s_own *own,
                           bool may_settle, bool by_stack) {
    const struct ms_thread_record *record = thread->record;
    uintptr_t leaf = ms_address_map_leaf(address);
    if (MS_UNLIKELY(leaf == 0))
        return false;
    own->slot = ms_address_map_at(leaf, address);
    own->id = ms_load_acquire(own->slot);
    if (MS_UNLIKELY(own->id > ms_recording.near_last))
        return false;
    own->block = &ms_recording.near[own->id]; /* record 0 belongs to no address */
    if (MS_UNLIKELY(own->block->address_thread != (address << 16 | thread->index)))
        return false;
    if (MS_UNLIKELY(record->pending.frame_address != 0) &&
        (record->pending.site != 0 || record->pending.block == own->id) &&
        !(may_settle && s_settle(thread, by_stack)))
        return false;
    own->counter = ms_thread_known_counter(thread, own->block->site); /* not pending: it has one */
    if (by_stack &&
        MS_UNLIKELY((own->stack_counter = ms_stack_totals_known(thread, own->block->stack))->site !=
                    own->block->site))
        return false;
    int64_t balance = ms_live_bytes_balance(record);
    return MS_LIKELY(own->counter != NULL) && MS_LIKELY(balance <= thread->peak) &&
           MS_LIKELY(balance >= thread->low);
}

/* It is no longer live. */
static HOT void s_end_own(struct ms_thread *thread, const struct s_own *own, bool by_stack) {
    struct ms_thread_record *record = thread->record;
    uint64_t size = MS_BLOCK_SIZE(own->block);
    ms_thread_count_freed_at(own->counter, size);
    if (by_stack)
        ms_own_add(&own->stack_counter->free_bytes, size);
    ms_own_add(&record->frees, 1);
    ms_own_add(&record->free_bytes, size);
    uint32_t age = ms_load_relaxed(&ms_recording.now) - (uint32_t)own->block->size_time;
    if (MS_UNLIKELY(age << 8 != 0))
        ms_own_add(&thread->histograms->lifetimes[ms_thread_bucket(age & 0xffffff)], 1);
    ms_blocks_keep(&thread->free_blocks, own->block, own->id);
}

/* False: it is left to others. */
static HOT bool s_forget(uintptr_t address, bool may_settle, bool by_stack) {
    struct ms_thread *thread = MS_LIKELY(ms_recording.frees) ? s_begin() : NULL;
    struct s_own own;
    if (MS_UNLIKELY(thread == NULL))
        return false;
    if (MS_UNLIKELY(!s_find_own(thread, address, &own, may_settle, by_stack))) {
        s_end(thread);
        return false;
    }
    ms_store_release(own.slot, ms_address_map_freed(own.block->site));
    if (MS_UNLIKELY(thread->record->pending.block == own.id)) {
        ms_own_add(&own.counter->temporary, 1);
        if (by_stack)
            ms_own_add(&own.stack_counter->temporary, 1);
        ms_store_relaxed(&thread->record->pending.block, 0);
        __memscope_fresh_block = (void *)1;
    }
    s_end_own(thread, &own, by_stack);
    s_end(thread);
    return true;
}

static HOT void s_free(void *address, bool may_settle, bool by_stack, void (*otherwise)(void *)) {
    if (MS_LIKELY(s_forget((uintptr_t)address, may_settle, by_stack)))
        ms_real.free(address);
    else
        otherwise(address);
}

static __attribute__((noinline)) void s_free_settling(void *address) {
    s_free(address, true, false, ms_hook_free);
}

static __attribute__((noinline)) void s_free_settling_by_stack(void *address) {
    s_free(address, true, true, ms_hook_free);
}

void ms_fast_free(void *address) {
    s_free(address, false, false, s_free_settling);
}

void ms_fast_free_by_stack(void *address) {
    s_free(address, false, true, s_free_settling_by_stack);
}

/* The rest of a realloc of OWN, which is out of the table, to MEMORY. False: it is left to others,
 * who find everything as it was. */
static HOT bool s_move(const struct s_own *own, void *old, void *memory, size_t size,
                       struct ms_call call, bool by_stack) {
    struct ms_thread *thread = s_begin();
    if (MS_UNLIKELY(thread == NULL))
        return false;
    struct s_made made = {call.return_address, 0, own->block->site, own->block->holder};
    uint32_t *slot;
    if (MS_UNLIKELY(!s_room(thread, (uintptr_t)memory, size, &slot)) ||
        MS_UNLIKELY(thread->record->pending.frame_address != 0) ||
        ((by_stack || ms_recording.capture) &&
         MS_UNLIKELY((made.stack = s_stack(thread, call, false)) == 0))) {
        s_end(thread);
        return false;
    }
    uint64_t old_size = MS_BLOCK_SIZE(own->block);
    if (memory != old)
        ms_own_add(&own->counter->moved_bytes, old_size < size ? old_size : size);
    s_end_own(thread, own, by_stack);
    s_make(thread, slot, (uintptr_t)memory, size, &made, by_stack);
    s_end(thread);
    return true;
}

/* Takes it out of the table, because its address may be another thread's at once. */
static HOT bool s_start_move(void *old, struct s_own *own, bool by_stack) {
    struct ms_thread *thread = MS_LIKELY(ms_recording.frees) ? s_begin() : NULL;
    if (MS_UNLIKELY(thread == NULL))
        return false;
    bool found = s_find_own(thread, (uintptr_t)old, own, true, by_stack);
    if (MS_LIKELY(found) && MS_UNLIKELY(thread->record->pending.frame_address != 0))
        found = s_settle(thread, by_stack);
    if (MS_LIKELY(found)) {
        if (thread->record->pending.block == own->id) { /* what realloc replaces is not temporary */
            ms_store_relaxed(&thread->record->pending.block, 0);
            __memscope_fresh_block = (void *)1;
        }
        ms_store_release(own->slot, ms_address_map_freed(own->block->site));
    }
    s_end(thread);
    return found;
}

static HOT void *s_realloc(void *old, size_t size, bool by_stack) {
    struct s_own own;
    if (old == NULL) {
        void *memory = ms_real.malloc(size);
        if (memory == NULL)
            return NULL;
        return by_stack || ms_recording.capture ? s_made_settling_frames(memory, size, MS_CALL())
                                                : s_made_settling(memory, size, MS_CALL());
    }
    if (MS_UNLIKELY(size == 0) || MS_UNLIKELY(!s_start_move(old, &own, by_stack)))
        return ms_hook_realloc(old, size);
    struct ms_moving moving = {true, (uintptr_t)old, own.id, own.block->site, own.block->holder};
    void *memory = ms_real.realloc(old, size);
    if (MS_UNLIKELY(memory == NULL))
        ms_record_kept(&moving);
    else if (MS_UNLIKELY(!s_move(&own, old, memory, size, MS_CALL(), by_stack)))
        ms_record_moved(&moving, memory, size, MS_CALL());
    return memory;
}

void *ms_fast_realloc(void *old, size_t size) {
    return s_realloc(old, size, false);
}

void *ms_fast_realloc_by_stack(void *old, size_t size) {
    return s_realloc(old, size, true);
}
