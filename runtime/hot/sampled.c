/* SPDX-License-Identifier: MIT */
#include "hot/sampled.h"

#include "base/sampling.h"
#include "hot/clock.h"
#include "hot/frames.h"
#include "hot/hooks.h"
#include "hot/lifecycle.h"
#include "hot/live_bytes.h"
#include "hot/probes.h"
#include "hot/real.h"
#include "hot/sampler.h"
#include "hot/stack_totals.h"
#include "hot/thread.h"
#include "hot/traced.h"
#include "hot/unwind.h"
#include "hot/usable.h"
#include "store/live.h"
#include "store/threads.h"

#define HOT  inline __attribute__((always_inline))
#define COLD __attribute__((noinline, cold))

/* ---- which addresses may be sampled blocks ---- */

/* Sampled blocks by place, MARK_FULL: so many, or one that never goes. Synchronization: atomic; a
 * block's mark is set before the program has the block. */
#define MARKS     32768u
#define MARK_FULL 255u
static uint8_t s_marks[MARKS];

/* Blocks that are near have marks that are near. */
static inline size_t s_place(uintptr_t address) {
    return (address >> 4) % MARKS;
}

static void s_mark(uintptr_t address, int change) {
    uint8_t *mark = &s_marks[s_place(address)], old = ms_load_relaxed(mark);
    while (old != MARK_FULL && !ms_cas_relaxed(mark, &old, (uint8_t)(old + change)))
        ;
}

/* thread->high, when the rate is another one: the next allocation does not go the fast way, and
 * draws anew (s_choose). What the thread itself writes there at the same time may win: then it
 * draws at its next sample. */
#define RATE_HAS_CHANGED (INT64_MIN + 1)

void ms_sampled_init(void) {
    ms_usable_init();
    s_marks[s_place(0)] = MARK_FULL; /* free(NULL) */
    for (size_t i = 0; ms_real_arena_is_used() && i < MS_REAL_ARENA_BYTES; i += 16)
        s_marks[s_place((uintptr_t)ms_real_arena_memory + i)] = MARK_FULL;
}

/* ---- live bytes of the process ---- */

/* What the thread holds back goes to the process. In a handler, of a thread that is inside
 * memscope, that waits for the next time. */
static COLD void s_hand_in(struct ms_thread *thread) {
    struct ms_thread_record *record = thread->record;
    int64_t held = record->handed_in;
    ms_store_relaxed(&record->handed_in, 0);
    ms_live_bytes_add(held);
}

static inline bool s_holds_much(int64_t held) {
    return (uint64_t)(held + MS_HAND_IN_BYTES) > 2 * (uint64_t)MS_HAND_IN_BYTES;
}

/* ---- sums over sampled blocks ---- */

/* One thread writes it, others read. */
static void s_add(double *sum, double value) {
    double new_sum = *sum + value;
    __atomic_store(sum, &new_sum, __ATOMIC_RELAXED);
}

static double s_weight(uint32_t id) {
    return 1 / (double)*ms_block_probability(id);
}

static struct ms_sampled_counter *s_sums(struct ms_thread *thread, uint32_t site) {
    return (struct ms_sampled_counter *)(void *)ms_thread_counter(thread, site);
}

static struct ms_sampled_stack_counter *s_stack_sums(struct ms_thread *thread, uint32_t stack,
                                                     uint32_t site) {
    return (struct ms_sampled_stack_counter *)(void *)ms_stack_totals_find(thread, stack, site);
}

/* A block of SITE with STACK is freed; BYTES are its size with its weight. */
static void s_count_freed_at(struct ms_thread *thread, uint32_t site, uint32_t stack,
                             double bytes) {
    struct ms_sampled_counter *sums = s_sums(thread, site);
    if (sums->live_bytes > sums->peak_bytes)
        __atomic_store(&sums->peak_bytes, &sums->live_bytes, __ATOMIC_RELAXED);
    s_add(&sums->live_bytes, -bytes);
    if (ms_recording.totals)
        s_add(&s_stack_sums(thread, stack, site)->live_bytes, -bytes);
}

static void s_count_age(struct ms_thread *thread, const struct ms_block *block, double weight) {
    uint64_t age = (ms_clock_units() - block->size_time) & 0xffffff;
    if (age != 0)
        ms_own_add(&thread->histograms->lifetimes[ms_thread_bucket(age)], (uint64_t)(weight + 0.5));
}

/* Blocks that were pending here when other threads freed them; one at a time, as record.c does. */
static void s_empty_inbox(struct ms_thread *thread) {
    uint32_t id = ms_load_acquire(&thread->record->inbox);
    for (uint32_t tries = 0; id != 0; tries++) {
        struct ms_block *block = ms_block_at(id);
        if (MS_UNLIKELY(tries == MS_INBOX_LIMIT)) {
            ms_thread_give_up_inbox(thread);
            return;
        }
        if (!ms_cas_acq_rel(&thread->record->inbox, &id, block->next))
            continue;
        s_count_freed_at(thread, block->site, MS_BLOCK_LEFT_STACK(block),
                         s_weight(id) * (double)MS_BLOCK_SIZE(block));
        ms_blocks_give(&thread->free_blocks, id);
        id = ms_load_acquire(&thread->record->inbox);
    }
}

/* The pending block is a sampled one, and SITE has made it. What other threads have freed of us
 * until they see the site here waits in the inbox, the next time for the last of it. */
static COLD void s_settle_sampled(struct ms_thread *thread, uint32_t site) {
    uint32_t id = thread->record->pending.block;
    struct ms_block *block = ms_block_at(id);
    struct ms_sampled_counter *sums = s_sums(thread, site);
    double weight = s_weight(id);
    double bytes = weight * (double)MS_BLOCK_SIZE(block);
    s_add(&sums->sampled_count, weight);
    s_add(&sums->sampled_bytes, bytes);
    s_add(&sums->variance, (1 - 1 / weight) * bytes * bytes);
    s_add(&sums->live_bytes, bytes);
    if (ms_recording.totals) {
        struct ms_sampled_stack_counter *of_stack =
            s_stack_sums(thread, thread->pending_stack, site);
        s_add(&of_stack->count, weight);
        s_add(&of_stack->bytes, bytes);
        s_add(&of_stack->variance, (1 - 1 / weight) * bytes * bytes);
        s_add(&of_stack->live_bytes, bytes);
    }
    ms_store_release(&block->site, site); /* pairs with s_free_sampled */
    if (thread->events != NULL)
        ms_events_close(thread->events, site);
    if (ms_load_relaxed(&thread->record->inbox) != 0)
        s_empty_inbox(thread);
}

/* Counts the pending block, which there is, at its site; returns that. */
static HOT uint32_t s_settle(struct ms_thread *thread) {
    struct ms_pending *pending = &thread->record->pending;
    uint32_t site = pending->site;
    if (MS_UNLIKELY(site == 0))
        site = ms_thread_caller(thread, pending->frame_address);
    struct ms_counter *counter = ms_thread_counter(thread, site);
    ms_own_add(&counter->allocations, 1);
    ms_own_add(&counter->alloc_bytes, pending->size);
    ms_store_relaxed(&pending->frame_address, 0);
    if (MS_UNLIKELY(pending->block != 0))
        s_settle_sampled(thread, site);
    return site;
}

/* ---- a sampled block's record ---- */

/* The block of record ID, which is out of the live table and GOES_ON as another or is freed. Only
 * its maker knows the site of a pending one. */
static void s_free_sampled(struct ms_thread *thread, uint32_t id, bool goes_on) {
    struct ms_block *block = ms_block_at(id);
    const struct ms_pending *pending = &thread->record->pending;
    uint32_t maker = MS_BLOCK_THREAD(block);
    double weight = s_weight(id);
    if (pending->block == id && pending->frame_address != 0)
        s_settle(thread);
    if (maker != thread->index)
        ms_fetch_add_relaxed(&ms_threads_record(maker)->freed_elsewhere, (uint64_t)(weight + 0.5));
    uint32_t site = ms_load_acquire(&block->site); /* pairs with s_settle_sampled */
    if (!goes_on)
        ms_traced_note(thread, MEMSCOPE_EVENT_FREE, id, 0);
    s_count_age(thread, block, weight);
    if (site != 0 || maker == thread->index) {
        s_count_freed_at(thread, site, block->stack, weight * (double)MS_BLOCK_SIZE(block));
        ms_blocks_give(&thread->free_blocks, id);
        return;
    }
    ms_thread_leave_to_maker(maker, id);
}

static COLD void s_forget(uintptr_t address) {
    s_mark(address, -1);
    ms_probes_free(address);
}

/* The record of ADDRESS if that is a sampled block, which is one no longer; else 0. */
static uint32_t s_take_out(uintptr_t address) {
    uint32_t id = ms_load_relaxed(&s_marks[s_place(address)]) != 0 ? ms_live_remove(address) : 0;
    if (MS_UNLIKELY(id != 0))
        s_forget(address);
    return id;
}

static bool s_put_in(uintptr_t address, uint64_t size, uint32_t id) {
    if (!ms_live_insert(address, size, id)) {
        ms_store_count_drop(MS_DROP_SPACE);
        return false;
    }
    s_mark(address, 1);
    return true;
}

/* What a block has from the one that realloc made it of. */
struct s_heritage {
    bool decided;       /* whether it is sampled */
    double probability; /* with which it was; 0: it is not sampled */
    uint64_t holder;
};

/* Makes the record of a sampled block; 0: no room. A record that is there already is of a block
 * whose free has escaped us. */
static COLD uint32_t s_sample(struct ms_thread *thread, uintptr_t address, uint64_t size,
                              struct ms_call call, struct s_heritage heritage) {
    uintptr_t former = thread->former;
    thread->former = 0;
    uint32_t id = s_take_out(address);
    if (id != 0)
        s_free_sampled(thread, id, false);
    id = ms_blocks_take(&thread->free_blocks);
    if (id == 0)
        return 0;
    if (size > MS_BLOCK_SIZE_LIMIT)
        size = MS_BLOCK_SIZE_LIMIT;
    struct ms_block *block = ms_block_at(id);
    *ms_block_probability(id) = (float)heritage.probability;
    block->size_time = size << 24 | ms_clock_units();
    ms_own_add(&thread->histograms->sizes[ms_thread_bucket(size)], (uint64_t)(s_weight(id) + 0.5));
    block->site = 0;
    block->holder = heritage.holder;
    block->stack = 0;
    if (ms_recording.capture)
        block->stack = ms_recording.tables ? ms_unwind_capture(thread, call, ms_recording.depth)
                                           : ms_frames_capture(thread, call, ms_recording.depth);
    thread->pending_stack = block->stack;
    ms_store_release(&block->address_thread,
                     (uint64_t)address << 16 | thread->index); /* pairs with the reader's */
    if (s_put_in(address, size, id)) {
        ms_probes_alloc(address, size, heritage.probability);
        ms_traced_note(thread, former != 0 ? MEMSCOPE_EVENT_REALLOC : MEMSCOPE_EVENT_ALLOC, id,
                       former);
        return id;
    }
    ms_blocks_give(&thread->free_blocks, id);
    return 0;
}

/* ---- entering and leaving ---- */

/* The state of this thread when it may record now. */
static struct ms_thread *s_begin(void) {
    struct ms_thread *thread = ms_thread_self;
    if (thread == NULL)
        thread = ms_thread_attach();
    if (thread == NULL || thread->busy)
        return NULL;
    thread->busy = true;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return thread;
}

static COLD void s_free_deferred(struct ms_thread *thread) {
    while (thread->deferred_count != 0) {
        uint32_t id = s_take_out(thread->deferred[--thread->deferred_count]);
        if (id != 0)
            s_free_sampled(thread, id, false);
    }
    thread->high = MS_HAND_IN_BYTES;
}

static HOT void s_end(struct ms_thread *thread) {
    if (MS_UNLIKELY(thread->deferred_count != 0))
        s_free_deferred(thread);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    thread->busy = false;
}

/* ---- blocks that are made ---- */

/* Whether the block with USABLE bytes is sampled, with which probability; else 0. Another rate that
 * is wanted holds for the blocks behind it. */
static COLD double s_choose(struct ms_thread *thread, uint64_t usable) {
    double probability = 0;
    thread->until_sample -= ms_sampler_step(&thread->sampling, usable);
    if (thread->until_sample <= 0)
        probability = ms_sampler_probability(thread, usable);
    if (probability > 0 || MS_UNLIKELY(thread->high == RATE_HAS_CHANGED)) {
        thread->high = MS_HAND_IN_BYTES;
        ms_sampler_next(thread);
    }
    return probability;
}

static void s_make(struct ms_thread *thread, void *block, uint64_t size, struct ms_call call,
                   struct s_heritage heritage) {
    struct ms_thread_record *record = thread->record;
    struct ms_pending *pending = &record->pending;
    uintptr_t address = (uintptr_t)block;
    uint64_t usable = ms_usable_of(block);
    uint32_t id = 0;
    if (pending->frame_address != 0)
        s_settle(thread);
    if (!heritage.decided)
        heritage.probability = s_choose(thread, usable);
    if (heritage.probability > 0)
        id = s_sample(thread, address, size, call, heritage);
    pending->size = size;
    pending->block = id;
    pending->site = 0;
    ms_store_relaxed(&pending->frame_address, call.return_address);
    thread->newest_address = address;
    __memscope_fresh_block = block;
    ms_own_add(&record->allocations, 1);
    ms_own_add(&record->alloc_bytes, size);
    ms_own_add((uint64_t *)&record->handed_in, usable);
    if (s_holds_much(record->handed_in))
        s_hand_in(thread);
}

static __attribute__((noinline)) void *s_allocation(void *block, size_t size, struct ms_call call) {
    if (block == NULL)
        return block;
    if (ms_recording.blocks == MS_BLOCKS_ASK)
        ms_lifecycle_ask();
    if (ms_recording.blocks != MS_BLOCKS_SAMPLED)
        return block;
    struct ms_thread *thread = s_begin();
    if (thread == NULL) {
        if (ms_thread_self != NULL)
            ms_store_count_drop(MS_DROP_NESTED);
        return block;
    }
    s_make(thread, block, size, call, (struct s_heritage){0});
    s_end(thread);
    return block;
}

/* The counter of the pending block, if it is at hand and nothing but counting is to be done. */
static HOT struct ms_counter *s_pending_counter(struct ms_thread *thread) {
    const struct ms_pending *pending = &thread->record->pending;
    uint32_t site = pending->site;
    if (site == 0) {
        const struct ms_caller_entry *entry =
            ms_thread_caller_entry(thread, pending->frame_address);
        if (MS_UNLIKELY(entry->address != pending->frame_address))
            return NULL;
        site = entry->site;
    }
    struct ms_counter *chunk = thread->directory[site / MS_COUNTERS_PER_CHUNK];
    return MS_LIKELY(chunk != NULL) ? &chunk[site % MS_COUNTERS_PER_CHUNK] : NULL;
}

/* The same as s_allocation where nothing is rare: no function is called, so few registers are
 * saved. False, and nothing is done, where something is. The thread is not marked as busy, which
 * would be two stores of fourteen: a handler that allocates in between may cost one block its count
 * at its site, nothing else. */
static HOT bool s_make_fast(void *block, size_t size, uintptr_t return_address) {
    struct ms_thread *thread = ms_thread_self;
    if (MS_UNLIKELY(block == NULL) || MS_UNLIKELY(thread == NULL) || MS_UNLIKELY(thread->busy) ||
        MS_UNLIKELY(ms_recording.blocks != MS_BLOCKS_SAMPLED) || MS_UNLIKELY(!ms_usable_is_in_word))
        return false;
    struct ms_thread_record *record = thread->record;
    struct ms_pending *pending = &record->pending;
    size_t word = ms_usable_word(block), usable = ms_usable_in(word);
    int64_t held = record->handed_in + (int64_t)usable;
    int64_t until_sample = thread->until_sample - ms_sampler_step(&thread->sampling, usable);
    if (MS_UNLIKELY((word & MS_USABLE_MAPPED) != 0) || MS_UNLIKELY(held > thread->high) ||
        MS_UNLIKELY(until_sample <= 0) || MS_UNLIKELY(pending->block != 0))
        return false;
    if (MS_LIKELY(pending->frame_address != 0)) {
        struct ms_counter *counter = s_pending_counter(thread);
        if (MS_UNLIKELY(counter == NULL))
            return false;
        ms_own_add(&counter->allocations, 1);
        ms_own_add(&counter->alloc_bytes, pending->size);
    }
    thread->until_sample = until_sample;
    pending->size = size;
    pending->site = 0;
    ms_store_relaxed(&pending->frame_address, return_address);
    thread->newest_address = (uintptr_t)block;
    __memscope_fresh_block = block;
    ms_own_add(&record->allocations, 1);
    ms_own_add(&record->alloc_bytes, size);
    ms_own_add((uint64_t *)&record->handed_in, usable);
    return true;
}

void *ms_sampled_allocation(void *address, size_t size, struct ms_call call) {
    return s_allocation(address, size, call);
}

/* The caller is looked at when the block is there: what is known before must be kept. */
void *ms_sampled_malloc(size_t size) {
    void *block = ms_real.malloc(size);
    if (MS_LIKELY(s_make_fast(block, size, (uintptr_t)__builtin_return_address(0))))
        return block;
    return s_allocation(block, size, MS_CALL());
}

void *ms_sampled_calloc(size_t count, size_t size) {
    void *block = ms_real.calloc(count, size);
    if (MS_LIKELY(s_make_fast(block, count * size, (uintptr_t)__builtin_return_address(0))))
        return block;
    return s_allocation(block, count * size, MS_CALL());
}

/* ---- blocks that are freed ---- */

static void s_count_freed(struct ms_thread *thread, uint64_t usable) {
    struct ms_thread_record *record = thread->record;
    ms_own_add(&record->frees, 1);
    ms_own_add((uint64_t *)&record->handed_in, -usable);
    if (s_holds_much(record->handed_in) && !thread->busy)
        s_hand_in(thread);
}

/* The newest block is freed or goes into another. Its site, to which it is counted now. */
static uint32_t s_end_newest(struct ms_thread *thread) {
    const struct ms_pending *pending = &thread->record->pending;
    thread->newest_address = 0;
    __memscope_fresh_block = (void *)1;
    return pending->frame_address != 0 ? s_settle(thread) : pending->site;
}

/* A handler frees while its thread is inside memscope. */
static COLD void s_defer_free(struct ms_thread *thread, uintptr_t address) {
    if (ms_load_relaxed(&s_marks[s_place(address)]) == 0)
        return;
    thread->high = INT64_MIN; /* the next allocation goes the slow way, to s_end */
    if (thread->deferred_count < MS_DEFERRED_FREES)
        thread->deferred[thread->deferred_count++] = address;
    else
        ms_store_count_drop(MS_DROP_NESTED);
}

static void s_record_free(void *block) {
    uintptr_t address = (uintptr_t)block;
    struct ms_thread *thread = s_begin();
    if (thread == NULL) {
        thread = ms_thread_self;
        if (thread == NULL)
            return;
        s_count_freed(thread, ms_usable_of(block));
        s_defer_free(thread, address);
        return;
    }
    if (address == thread->newest_address) {
        uint32_t site = s_end_newest(thread);
        ms_own_add(&ms_thread_counter(thread, site)->temporary, 1);
        if (MS_UNLIKELY(thread->record->pending.block != 0) && ms_recording.totals)
            s_add(&s_stack_sums(thread, thread->pending_stack, site)->temporary,
                  s_weight(thread->record->pending.block));
    }
    uint32_t id = s_take_out(address);
    if (id != 0)
        s_free_sampled(thread, id, false);
    s_end(thread);
    s_count_freed(thread, ms_usable_of(block));
}

static __attribute__((noinline)) void s_free_slow(void *block) {
    if (block == NULL || ms_real_in_arena(block))
        return;
    if (ms_recording.frees)
        s_record_free(block);
    ms_real.free(block);
}

/* Two additions, each one instruction: a handler may come between. */
void ms_sampled_free(void *block) {
    struct ms_thread *thread = ms_thread_self;
    uintptr_t address = (uintptr_t)block;
    if (MS_LIKELY(thread != NULL) && MS_LIKELY(s_marks[s_place(address)] == 0) &&
        MS_LIKELY(address != thread->newest_address) && MS_LIKELY(ms_recording.frees) &&
        MS_LIKELY(ms_usable_is_in_word)) {
        struct ms_thread_record *record = thread->record;
        size_t word = ms_usable_word(block), usable = ms_usable_in(word);
        if (MS_LIKELY((word & MS_USABLE_MAPPED) == 0) &&
            MS_LIKELY(record->handed_in - (int64_t)usable >= -MS_HAND_IN_BYTES)) {
            ms_own_add(&record->frees, 1);
            ms_own_add((uint64_t *)&record->handed_in, -(uint64_t)usable);
            ms_real.free(block);
            return;
        }
    }
    s_free_slow(block);
}

/* ---- realloc ---- */

/* The same where the rate has been changed: what realloc gives back is chosen anew, since nothing
 * tells of a block that was not sampled with which probability it was not. */
static COLD void s_make_anew(struct ms_thread *thread, uint32_t id, void *memory, size_t size,
                             struct ms_call call) {
    struct s_heritage heritage = {0};
    if (id != 0) {
        heritage.holder = ms_load_relaxed(&ms_block_at(id)->holder);
        s_free_sampled(thread, id, false);
    }
    if (memory != NULL && ms_recording.blocks == MS_BLOCKS_SAMPLED)
        s_make(thread, memory, size, call, heritage);
}

/* A block of OLD_USABLE bytes at ADDRESS, with record ID if it was sampled, has become MEMORY. */
static void s_make_again(struct ms_thread *thread, uintptr_t address, uint64_t old_usable,
                         uint32_t id, void *memory, size_t size, struct ms_call call) {
    struct s_heritage heritage = {.decided = true};
    if (MS_UNLIKELY(ms_sampler_has_changed())) {
        s_make_anew(thread, id, memory, size, call);
        return;
    }
    if (id != 0) {
        heritage.probability = (double)*ms_block_probability(id);
        heritage.holder = ms_load_relaxed(&ms_block_at(id)->holder);
        s_free_sampled(thread, id, memory != NULL && ms_recording.blocks == MS_BLOCKS_SAMPLED);
    }
    if (memory == NULL || ms_recording.blocks != MS_BLOCKS_SAMPLED)
        return;
    uint64_t usable = ms_usable_of(memory), growth = usable > old_usable ? usable - old_usable : 0;
    growth &= thread->sampling.byte_mask;
    if (id != 0) {
        double more = growth != 0 ? ms_sampler_probability(thread, growth) : 0;
        thread->former = address;
        heritage.probability += more - heritage.probability * more;
    } else if (growth != 0) {
        thread->until_sample -= (int64_t)growth;
        if (thread->until_sample <= 0) {
            thread->former = address;
            heritage.probability = ms_sampler_probability(thread, usable);
            ms_sampler_next(thread);
        }
    }
    s_make(thread, memory, size, call, heritage);
}

static void *s_reallocate(void *block, size_t size, struct ms_call call) {
    uintptr_t address = (uintptr_t)block;
    uint64_t old_usable = ms_usable_of(block);
    uint32_t id = 0;
    struct ms_thread *thread = s_begin();
    if (thread != NULL) {
        if (address == thread->newest_address) /* what realloc replaces is not temporary */
            s_end_newest(thread);
        id = s_take_out(address);
        s_end(thread);
    }
    void *memory = ms_real.realloc(block, size);
    bool freed = memory != NULL || size == 0; /* realloc(p, 0) frees p (glibc, and C17's leave) */
    if (freed && ms_thread_self != NULL)
        s_count_freed(ms_thread_self, old_usable);
    thread = s_begin();
    if (thread == NULL)
        return memory;
    if (freed)
        s_make_again(thread, address, old_usable, id, memory, size, call);
    else if (id != 0)
        s_put_in(address, MS_BLOCK_SIZE(ms_block_at(id)), id);
    s_end(thread);
    return memory;
}

void *ms_sampled_reallocation(void *address, size_t size, struct ms_call call) {
    if (address == NULL)
        return s_allocation(ms_real.malloc(size), size, call);
    if (ms_real_in_arena(address))
        return ms_hook_realloc(address, size);
    if (!ms_recording.frees)
        return ms_real.realloc(address, size);
    return s_reallocate(address, size, call);
}

void *ms_sampled_realloc(void *address, size_t size) {
    return ms_sampled_reallocation(address, size, MS_CALL());
}

void ms_sampled_change(uint64_t word) {
    struct ms_thread *thread;
    ms_sampler_change(word);
    for (uint32_t i = 0; (thread = ms_thread_of_shard(i)) != NULL; i++)
        ms_store_relaxed(&thread->high, RATE_HAS_CHANGED);
}

void ms_sampled_end(void) {
    s_hand_in(ms_thread_self);
}

/* ---- what compiled code says about blocks ---- */

bool ms_sampled_has(const void *value) {
    return ms_load_relaxed(&s_marks[s_place((uintptr_t)value)]) != 0;
}

void ms_sampled_taken(uint32_t site, const void *value, const void *place) {
    struct ms_thread *thread = ms_thread_self;
    struct ms_pending *pending = thread != NULL ? &thread->record->pending : NULL;
    bool is_newest = pending != NULL && pending->frame_address != 0 &&
                     ((uintptr_t)value == thread->newest_address ||
                      value == __memscope_fresh_block); /* moved by a wrapper */
    if (is_newest && pending->site == 0)
        ms_store_relaxed(&pending->site, site);
    if (ms_sampled_has(value) || (is_newest && pending->block != 0))
        ms_record_taken(site, value, place);
}
