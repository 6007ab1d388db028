/* SPDX-License-Identifier: MIT */
/*
 * What these cost is stores and instructions, so: no calls (but of the allocator) and no registers
 * to be saved for them; counters that lie side by side are written together.
 */
#include "hot/fast.h"

#include "base/atomics.h"
#include "hot/frames.h"
#include "hot/hooks.h"
#include "hot/real.h"
#include "hot/record.h"
#include "hot/thread.h"
#include "store/live.h"
#include "store/store.h"

#define HOT inline __attribute__((always_inline))

/* Two neighbouring 64-bit fields. */
typedef uint64_t s_pair __attribute__((vector_size(16), aligned(8), may_alias));

static HOT void s_store_pair(uint64_t *fields, uint64_t first, uint64_t second) {
    *(s_pair *)fields = (s_pair){first, second};
}

/* Counters that only this thread writes, and signal handlers of it do not while it is busy. */
static HOT void s_add_pair(uint64_t *counters, uint64_t first, uint64_t second) {
    *(s_pair *)counters += (s_pair){first, second};
}

bool ms_fast_is_possible(void) {
    return ms_recording.near != NULL && ms_address_map_apart && !ms_recording.own_clock &&
           !(ms_recording.capture && ms_recording.tables);
}

static HOT int64_t s_balance(const struct ms_thread_record *record) {
    return (int64_t)(record->alloc_bytes - record->free_bytes);
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

/* The stack's id when the thread has seen the stack before, else 0. */
static HOT uint32_t s_known_stack(struct ms_thread *thread, struct ms_call call) {
    uint32_t count;
    uint64_t hash = ms_frames_walk(thread, call, ms_recording.depth, &count);
    const struct ms_stack_entry *entry = ms_frames_entry(thread, hash);
    return MS_LIKELY(entry->hash == hash) ? entry->id : 0;
}

/* False: it is left to record.c. */
static HOT bool s_record(void *memory, size_t size, struct ms_call call, bool has_stack) {
    uintptr_t address = (uintptr_t)memory, leaf;
    if (MS_UNLIKELY(ms_recording.blocks != MS_BLOCKS_ON) || MS_UNLIKELY(size >= MS_LIVE_SMALL))
        return false;
    struct ms_thread *thread = s_begin();
    if (MS_UNLIKELY(thread == NULL))
        return false;
    struct ms_thread_record *record = thread->record;
    uint32_t id = thread->free_blocks.first, stack = 0;
    if (MS_UNLIKELY((leaf = ms_address_map_leaf(address)) == 0) ||
        MS_UNLIKELY(ms_load_relaxed(ms_address_map_at(leaf, address)) != 0) ||
        MS_UNLIKELY(id - 1 >= ms_recording.near_last) ||
        MS_UNLIKELY(record->pending.frame_address != 0) ||
        MS_UNLIKELY(s_balance(record) + (int64_t)size > thread->high) ||
        (has_stack && MS_UNLIKELY((stack = s_known_stack(thread, call)) == 0))) {
        s_end(thread);
        return false;
    }
    struct ms_block *block = &ms_recording.near[id];
    thread->free_blocks.first = block->next;
    uint64_t site_and_stack = (uint64_t)stack << 32;
    s_store_pair((uint64_t *)(void *)&block->site, site_and_stack, 0); /* and no holder */
    /* The address last, for readers; both at once is as good. */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    s_store_pair(&block->address_thread, address << 16 | thread->index,
                 size << 24 | ms_load_relaxed(&ms_recording.now));
    ms_store_release(ms_address_map_at(leaf, address), id);
    record->pending.size = size;
    record->pending.block = id;
    record->pending.site = 0;
    ms_store_relaxed(&record->pending.frame_address, call.return_address);
    __memscope_fresh_block = memory;
    s_add_pair(&record->allocations, 1, size);
    ms_own_add(&thread->histograms->sizes[ms_thread_bucket(size)], 1);
    s_end(thread);
    return true;
}

static HOT void *s_made(void *memory, size_t size, struct ms_call call, bool has_stack) {
    if (MS_UNLIKELY(memory == NULL) || MS_LIKELY(s_record(memory, size, call, has_stack)))
        return memory;
    return ms_record_allocation(memory, size, call);
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

/* False: it is left to record.c. */
static HOT bool s_forget(uintptr_t address) {
    struct ms_thread *thread = MS_LIKELY(ms_recording.frees) ? s_begin() : NULL;
    if (MS_UNLIKELY(thread == NULL))
        return false;
    struct ms_thread_record *record = thread->record;
    struct ms_counter *counter;
    struct ms_block *block;
    uintptr_t leaf;
    uint32_t id;
    /* Its own block, counted; record 0 belongs to no address. */
    if (MS_UNLIKELY((leaf = ms_address_map_leaf(address)) == 0) ||
        MS_UNLIKELY((id = ms_load_acquire(ms_address_map_at(leaf, address))) >
                    ms_recording.near_last) ||
        MS_UNLIKELY((block = &ms_recording.near[id])->address_thread !=
                    (address << 16 | thread->index)) ||
        MS_UNLIKELY(block->site == 0) ||
        MS_UNLIKELY((counter = thread->directory[block->site / MS_COUNTERS_PER_CHUNK]) == NULL) ||
        MS_UNLIKELY(s_balance(record) > thread->peak) ||
        MS_UNLIKELY(s_balance(record) < thread->low)) {
        s_end(thread);
        return false;
    }
    ms_store_release(ms_address_map_at(leaf, address), 0);
    ms_thread_note_freed(thread, (uint64_t)address << 16, block->site);
    counter += block->site % MS_COUNTERS_PER_CHUNK;
    uint64_t size = MS_BLOCK_SIZE(block);
    int64_t live = (int64_t)(counter->alloc_bytes - counter->free_bytes);
    if (MS_UNLIKELY(live > (int64_t)counter->peak_bytes))
        ms_store_relaxed(&counter->peak_bytes, (uint64_t)live);
    s_add_pair(&counter->frees, 1, size);
    ms_own_add(&record->frees, 1);
    ms_own_add(&record->free_bytes, size);
    uint32_t age = (ms_load_relaxed(&ms_recording.now) - (uint32_t)block->size_time) << 8;
    if (MS_UNLIKELY(age != 0))
        ms_own_add(&thread->histograms->lifetimes[ms_thread_bucket(age >> 8)], 1);
    if (record->pending.block == id) {
        ms_own_add(&counter->temporary, 1);
        ms_store_relaxed(&record->pending.block, 0);
        __memscope_fresh_block = (void *)1;
    }
    ms_blocks_keep(&thread->free_blocks, block, id);
    s_end(thread);
    return true;
}

void ms_fast_free(void *address) {
    if (MS_LIKELY(s_forget((uintptr_t)address)))
        ms_real.free(address);
    else
        ms_hook_free(address);
}
