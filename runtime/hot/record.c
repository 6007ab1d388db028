/* SPDX-License-Identifier: MIT */
#include "hot/record.h"

#include "hot/clock.h"
#include "hot/frames.h"
#include "hot/holder.h"
#include "hot/lifecycle.h"
#include "hot/live_bytes.h"
#include "hot/problems.h"
#include "hot/sampled.h"
#include "hot/stack_totals.h"
#include "hot/thread.h"
#include "hot/unwind.h"
#include "store/live.h"
#include "store/store.h"
#include "store/threads.h"

/* Inlined into the three events, which are called for every block; what is rare stays out of the
 * way. */
#define HOT  inline __attribute__((always_inline))
#define COLD __attribute__((noinline, cold))

struct ms_recording ms_recording; /* the first block starts the runtime */

/* Initial value: matches no block and not NULL. */
_Thread_local void *__memscope_fresh_block
    __attribute__((tls_model("initial-exec"), visibility("default"))) = (void *)1;

void ms_record_end(void) {
    struct ms_thread *thread = ms_thread_self;
    if (thread == NULL || !ms_recording.frees)
        return;
    if (ms_recording.sampled) {
        ms_sampled_end();
        return;
    }
    ms_live_bytes_before_free(thread);
    ms_live_bytes_tell(thread);
}

/* ---- counters ---- */

static HOT void s_count_made(struct ms_thread *thread, uint64_t size) {
    struct ms_thread_record *record = thread->record;
    ms_own_add(&record->allocations, 1);
    ms_own_add(&record->alloc_bytes, size);
    ms_own_add(&thread->histograms->sizes[ms_thread_bucket(size)], 1);
    if (MS_UNLIKELY(ms_live_bytes_balance(record) > thread->high))
        ms_live_bytes_tell_early(thread);
}

/* A block without a record, which counts as freed: no other will. */
static COLD void s_count_lost(struct ms_thread *thread, uint64_t size) {
    ms_own_add(&thread->record->frees, 1);
    ms_own_add(&thread->record->free_bytes, size);
}

static HOT void s_count_age(struct ms_thread *thread, uint64_t time) {
    uint64_t age = (ms_clock_units() - time) & 0xffffff;
    if (MS_UNLIKELY(age != 0))
        ms_own_add(&thread->histograms->lifetimes[ms_thread_bucket(age)], 1);
}

static COLD void s_count_foreign(struct ms_thread *thread, uint64_t size, uint32_t maker) {
    struct ms_thread_record *record = thread->record, *other = ms_threads_record(maker);
    ms_own_add(&record->foreign_frees, 1);
    ms_own_add(&record->foreign_free_bytes, size);
    thread->peak -= (int64_t)size;
    ms_fetch_add_relaxed(&other->freed_elsewhere, 1);
    ms_fetch_add_relaxed(&other->freed_elsewhere_bytes, size);
}

/* The same in the totals of the thread that frees it. MAKER had made it. */
static HOT void s_count_freed(struct ms_thread *thread, uint64_t size, uint32_t maker) {
    struct ms_thread_record *record = thread->record;
    int64_t balance = ms_live_bytes_balance(record);
    if (MS_UNLIKELY(balance > thread->peak))
        ms_live_bytes_before_free(thread);
    ms_own_add(&record->frees, 1);
    ms_own_add(&record->free_bytes, size);
    if (MS_UNLIKELY(maker != thread->index))
        s_count_foreign(thread, size, maker);
    if (MS_UNLIKELY(balance - (int64_t)size < thread->low))
        ms_live_bytes_tell(thread);
}

/* ---- the pending block ---- */

/* Counts the pending block, if there is one, at its site. One that has no record is taken for freed
 * at once: that keeps what is live the sum of the blocks in the table. */
static HOT void s_settle(struct ms_thread *thread) {
    struct ms_pending *pending = &thread->record->pending;
    if (MS_UNLIKELY(pending->frame_address == 0))
        return;
    uint32_t site = pending->site, id = pending->block;
    if (MS_UNLIKELY(site == 0))
        site = ms_thread_caller(thread, pending->frame_address);
    struct ms_counter *counter = ms_thread_counter(thread, site);
    ms_own_add(&counter->allocations, 1);
    ms_own_add(&counter->alloc_bytes, pending->size);
    if (ms_recording.totals && MS_LIKELY(id != 0))
        ms_stack_totals_made(thread, thread->pending_stack, site, pending->size);
    ms_store_relaxed(&pending->frame_address, 0);
    if (MS_UNLIKELY(id == 0)) {
        ms_own_add(&counter->frees, 1);
        ms_own_add(&counter->free_bytes, pending->size);
        return;
    }
    /* Pairs with the acquire in s_free_foreign: who sees the site finds the block counted. */
    ms_store_release(&ms_block_at(id)->site, site);
}

/* A block of SITE with STACK, SIZE bytes, that was counted is freed. */
static HOT void s_count_freed_at(struct ms_thread *thread, uint32_t site, uint32_t stack,
                                 uint64_t size) {
    ms_thread_count_freed_at(ms_thread_counter(thread, site), size);
    if (ms_recording.totals)
        ms_stack_totals_gone(thread, stack, site, size);
}

/* Frees of blocks that were pending here when other threads freed them: now they are counted. Each
 * stays in the inbox until then, so that a kill tears one and not all; only we take any out. */
static COLD void s_empty_inbox(struct ms_thread *thread) {
    uint32_t id = ms_load_acquire(&thread->record->inbox);
    for (uint32_t tries = 0; id != 0; tries++) {
        struct ms_block *block = ms_block_at(id);
        if (MS_UNLIKELY(tries == MS_INBOX_LIMIT)) {
            ms_thread_give_up_inbox(thread);
            return;
        }
        if (!ms_cas_acq_rel(&thread->record->inbox, &id, block->next))
            continue;
        s_count_freed_at(thread, block->site, MS_BLOCK_LEFT_STACK(block), MS_BLOCK_SIZE(block));
        ms_blocks_keep(&thread->free_blocks, block, id);
        id = ms_load_acquire(&thread->record->inbox);
    }
}

/* BLOCK, which another thread has made, is freed by this one. Only its maker knows whether a site
 * has counted it: where that cannot be seen, it is left to the maker. */
static COLD void s_free_foreign(struct ms_thread *thread, struct ms_block *block, uint32_t id) {
    uint32_t site = ms_load_acquire(&block->site), maker = MS_BLOCK_THREAD(block);
    uint64_t size = MS_BLOCK_SIZE(block);
    ms_thread_note_freed(thread, block->address_thread, site);
    s_count_freed(thread, size, maker);
    s_count_age(thread, block->size_time & 0xffffff);
    if (site != 0) {
        s_count_freed_at(thread, site, block->stack, size);
        ms_blocks_give(&thread->free_blocks, id);
        return;
    }
    ms_thread_leave_to_maker(maker, id);
}

/* ---- entering and leaving ---- */

/* The state of this thread when it may record now. */
static HOT struct ms_thread *s_begin(void) {
    struct ms_thread *thread = ms_thread_self;
    if (MS_UNLIKELY(thread == NULL)) {
        thread = ms_thread_attach();
        if (thread == NULL)
            return NULL;
    }
    if (MS_UNLIKELY(thread->busy))
        return NULL;
    thread->busy = true;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return thread;
}

static void s_free_known(struct ms_thread *thread, uint64_t address);

static COLD void s_free_deferred(struct ms_thread *thread) {
    while (thread->deferred_count != 0)
        s_free_known(thread, thread->deferred[--thread->deferred_count]);
}

static HOT void s_end(struct ms_thread *thread) {
    if (MS_UNLIKELY(thread->deferred_count != 0))
        s_free_deferred(thread);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    thread->busy = false;
}

/* Called when s_begin gave NULL. */
static COLD bool s_nested(void) {
    return ms_thread_self != NULL && ms_thread_self->busy;
}

struct ms_thread *ms_record_enter(void) {
    return s_begin();
}

void ms_record_leave(struct ms_thread *thread) {
    s_end(thread);
}

void ms_record_settle(struct ms_thread *thread) {
    s_settle(thread);
}

uint32_t ms_record_settled_site(struct ms_thread *thread, uint32_t id) {
    if (thread->record->pending.block == id)
        s_settle(thread);
    return ms_load_acquire(&ms_block_at(id)->site);
}

/* ---- the three events ---- */

static HOT uint32_t s_stack(struct ms_thread *thread, struct ms_call call) {
    return MS_UNLIKELY(ms_recording.tables) ? ms_unwind_capture(thread, call, ms_recording.depth)
                                            : ms_frames_stack(thread, call, ms_recording.depth);
}

uint32_t ms_record_stack(struct ms_thread *thread, struct ms_call call) {
    return ms_recording.capture ? s_stack(thread, call) : 0;
}

/* For large blocks, and where there is no room by position. A block that is already there was freed
 * without our seeing it (see ms_record_free): it is accounted here. */
static __attribute__((noinline)) bool s_insert_slow(struct ms_thread *thread, uint64_t address,
                                                    uint64_t size, uint32_t id) {
    if (ms_live_find(address) != 0)
        s_free_known(thread, address);
    return ms_live_insert(address, size, id);
}

static HOT bool s_insert(struct ms_thread *thread, uint64_t address, uint64_t size, uint32_t id) {
    return (MS_LIKELY(size < MS_LIVE_SMALL) && MS_LIKELY(ms_address_map_insert(address, id))) ||
           MS_LIKELY(s_insert_slow(thread, address, size, id));
}

/* The record of a new block, which becomes live; 0: no room. */
static HOT uint32_t s_enter(struct ms_thread *thread, uint64_t address, uint64_t size,
                            struct ms_call call, uint64_t holder) {
    uint32_t id = ms_blocks_take(&thread->free_blocks);
    if (MS_UNLIKELY(id == 0))
        return 0;
    struct ms_block *block = ms_block_at(id);
    block->size_time = size << 24 | ms_clock_units();
    ms_store_relaxed(&block->site, 0); /* who looked at the block before may still read it */
    block->holder = holder;
    ms_store_relaxed(&block->stack, 0);
    if (ms_recording.capture)
        ms_store_relaxed(&block->stack, s_stack(thread, call));
    ms_store_release(&block->address_thread, address << 16 | thread->index); /* pairs with the
                                                                                reader's */
    if (MS_LIKELY(s_insert(thread, address, size, id)))
        return id;
    ms_blocks_keep(&thread->free_blocks, block, id);
    ms_store_count_drop(MS_DROP_SPACE);
    return 0;
}

/* A new block, counted as made by the thread and pending. */
static HOT void s_make(struct ms_thread *thread, uint64_t address, uint64_t size,
                       struct ms_call call, uint32_t site, uint64_t holder) {
    struct ms_pending *pending = &thread->record->pending;
    if (MS_UNLIKELY(size > MS_BLOCK_SIZE_LIMIT))
        size = MS_BLOCK_SIZE_LIMIT;
    s_settle(thread);
    if (MS_UNLIKELY(ms_load_relaxed(&thread->record->inbox) != 0))
        s_empty_inbox(thread);
    if (MS_UNLIKELY(ms_live_bytes_balance(thread->record) > thread->high))
        ms_live_bytes_tell(thread);
    ms_store_relaxed(&pending->size, size);
    ms_store_relaxed(&pending->site, site);
    uint32_t id = s_enter(thread, address, size, call, holder);
    thread->pending_block = MS_LIKELY(id != 0) ? ms_block_at(id) : NULL;
    if (ms_recording.totals && MS_LIKELY(id != 0))
        thread->pending_stack = ms_block_at(id)->stack;
    ms_store_relaxed(&pending->block, id);
    ms_store_relaxed(&pending->frame_address, call.return_address);
    __memscope_fresh_block = (void *)address;
    s_count_made(thread, size);
    if (MS_UNLIKELY(id == 0))
        s_count_lost(thread, size);
}

void *ms_record_allocation(void *address, size_t size, struct ms_call call) {
    if (MS_UNLIKELY(ms_recording.blocks != MS_BLOCKS_ON) && !ms_lifecycle_ask())
        return ms_sampled_allocation(address, size, call); /* if that is how they are recorded */
    struct ms_thread *thread = s_begin();
    if (MS_UNLIKELY(thread == NULL)) {
        if (s_nested())
            ms_store_count_drop(MS_DROP_NESTED);
        return address;
    }
    s_make(thread, (uintptr_t)address, size, call, 0, 0);
    s_end(thread);
    return address;
}

/* A block that is in no table: made before us, by an allocator we do not see, or not at all. */
static COLD void s_free_unknown(struct ms_thread *thread, uint64_t address, struct ms_call call) {
    ms_fetch_add_relaxed(&ms_store.header->unknown_frees, 1);
    ms_problems_unknown_free(thread, (void *)address, call, false);
}

/* The call of the program that has come to the function with this FRAME by one of the hooks. */
static inline struct ms_call s_call_behind(const void *frame) {
    const uintptr_t *hook = *(const uintptr_t *const *)frame;
    return (struct ms_call){hook[1], hook[0]};
}

/* The block of record ID, which is out of the live table. */
static HOT void s_free_block(struct ms_thread *thread, uint32_t id) {
    struct ms_block *block = ms_block_at(id);
    const struct ms_pending *pending = &thread->record->pending;
    if (MS_UNLIKELY(MS_BLOCK_THREAD(block) != thread->index)) {
        s_free_foreign(thread, block, id);
        return;
    }
    /* The pending block is part of what its site has now, if that is known: its peak is looked at.
     */
    if (pending->site != 0 || (pending->block == id && pending->frame_address != 0))
        s_settle(thread);
    uint64_t size = MS_BLOCK_SIZE(block);
    uint32_t site = block->site;
    ms_thread_note_freed(thread, block->address_thread, block->site);
    s_count_freed(thread, size, thread->index); /* first: it may look at what makes up a peak */
    s_count_freed_at(thread, site, block->stack, size);
    s_count_age(thread, block->size_time & 0xffffff);
    if (pending->block == id) {
        ms_own_add(&ms_thread_counter(thread, site)->temporary, 1);
        if (ms_recording.totals)
            ms_own_add(&ms_stack_totals_find(thread, block->stack, site)->temporary, 1);
        ms_store_relaxed(&thread->record->pending.block, 0);
        __memscope_fresh_block = (void *)1;
    }
    ms_blocks_keep(&thread->free_blocks, block, id);
}

static void s_free_known(struct ms_thread *thread, uint64_t address) {
    uint32_t id = ms_live_remove(address);
    if (MS_LIKELY(id != 0))
        s_free_block(thread, id);
    else
        s_free_unknown(thread, address, (struct ms_call){0, 0});
}

/* A signal handler frees while its thread is inside memscope. */
static COLD void s_defer_free(struct ms_thread *thread, void *address) {
    if (thread == NULL || !thread->busy)
        return;
    if (thread->deferred_count < MS_DEFERRED_FREES)
        thread->deferred[thread->deferred_count++] = (uintptr_t)address;
    else
        ms_store_count_drop(MS_DROP_NESTED);
}

void ms_record_free(void *address) {
    if (MS_UNLIKELY(!ms_recording.frees))
        return;
    struct ms_thread *thread = s_begin();
    if (MS_UNLIKELY(thread == NULL)) {
        s_defer_free(ms_thread_self, address);
        return;
    }
    uint32_t id = ms_live_remove((uintptr_t)address);
    if (MS_LIKELY(id != 0))
        s_free_block(thread, id);
    else
        s_free_unknown(thread, (uintptr_t)address, s_call_behind(__builtin_frame_address(0)));
    s_end(thread);
}

/* The site that the pending block of another thread has been claimed by; 0: none yet. */
static COLD uint32_t s_site_elsewhere(const struct ms_block *block, uint32_t id) {
    const struct ms_pending *pending = &ms_threads_record(MS_BLOCK_THREAD(block))->pending;
    return ms_load_relaxed(&pending->block) == id ? ms_load_relaxed(&pending->site) : 0;
}

void ms_record_moving(void *address, struct ms_moving *moving, struct ms_call call) {
    moving->known = false;
    moving->site = 0;
    moving->holder = 0;
    struct ms_thread *thread = ms_recording.frees ? s_begin() : NULL;
    if (thread == NULL)
        return;
    struct ms_pending *pending = &thread->record->pending;
    uint32_t id = ms_live_remove((uintptr_t)address);
    if (id != 0) {
        struct ms_block *block = ms_block_at(id);
        if (pending->block == id) { /* what realloc replaces is not temporary */
            s_settle(thread);
            ms_store_relaxed(&pending->block, 0);
            __memscope_fresh_block = (void *)1;
        }
        moving->known = true;
        moving->id = id;
        moving->address = (uintptr_t)address;
        moving->site = ms_load_acquire(&block->site);
        moving->holder = ms_load_relaxed(&block->holder);
        if (MS_UNLIKELY(moving->site == 0))
            moving->site = s_site_elsewhere(block, id);
    } else {
        ms_problems_unknown_free(thread, address, call, true);
    }
    s_end(thread);
}

void ms_record_moved(const struct ms_moving *moving, void *address, size_t size,
                     struct ms_call call) {
    struct ms_thread *thread = s_begin();
    if (thread == NULL)
        return;
    if (moving->known) {
        uint64_t old = MS_BLOCK_SIZE(ms_block_at(moving->id));
        if (address != NULL && (uintptr_t)address != moving->address)
            ms_own_add(&ms_thread_counter(thread, moving->site)->moved_bytes,
                       old < size ? old : size);
        s_free_block(thread, moving->id);
    }
    if (address != NULL && ms_recording.blocks == MS_BLOCKS_ON) {
        s_make(thread, (uintptr_t)address, size, call, moving->site, moving->holder);
    }
    s_end(thread);
}

void ms_record_kept(const struct ms_moving *moving) {
    struct ms_thread *thread = moving->known ? s_begin() : NULL;
    if (thread == NULL)
        return;
    if (!s_insert(thread, moving->address, MS_BLOCK_SIZE(ms_block_at(moving->id)), moving->id))
        ms_store_count_drop(MS_DROP_SPACE);
    s_end(thread);
}

/* ---- what compiled code says about blocks ---- */

/* Blocks of SITE do not have the size that the program asks for there. */
static COLD void s_note_other_size(uint32_t site) {
    struct ms_site *record = ms_store_at(MS_TABLE_SITES, (uint64_t)site * sizeof(*record));
    ms_store_relaxed(&record->flags, record->flags | MS_SITE_OTHER_SIZE);
}

/* Whether the pending block has a type that is as good as CLAIM's. */
static bool s_is_typed_better(const struct ms_thread *thread, const struct ms_claim *claim) {
    return MS_UNLIKELY(thread->handed_on_block == thread->record->allocations) &&
           claim->type_size <= thread->handed_on_size;
}

static void s_claim(struct ms_thread *thread, const struct ms_claim *claim) {
    struct ms_pending *pending = &thread->record->pending;
    if (s_is_typed_better(thread, claim))
        return;
    if (pending->frame_address != 0) {
        ms_store_relaxed(&pending->site, claim->site);
    } else {
        ms_stack_totals_count_elsewhere(thread, ms_thread_counter(thread, claim->site),
                                        claim->site);
    }
    if (claim->is_sized && MS_UNLIKELY(claim->size != pending->size))
        s_note_other_size(claim->site);
    if (claim->handed_on) {
        thread->handed_on_block = thread->record->allocations;
        thread->handed_on_size = claim->type_size;
    } else {
        __memscope_fresh_block = (void *)1;
    }
}

void ms_record_claim(const struct ms_claim *claim, const void *block) {
    /* A handler may have allocated since: then the block is no longer pending and stays as it is.
     */
    struct ms_thread *thread = ms_thread_self;
    if (__memscope_fresh_block == block && MS_LIKELY(thread != NULL) &&
        MS_LIKELY(ms_recording.frees))
        s_claim(thread, claim);
    else
        __memscope_fresh_block = (void *)1;
}

void ms_record_move(const void *block, void *moved) {
    struct ms_thread *thread = s_begin(); /* no handler allocates in between */
    if (thread == NULL)
        return;
    if (__memscope_fresh_block == block)
        __memscope_fresh_block = moved;
    s_end(thread);
}

/* The record of the block that starts at ADDRESS, 0: none. What lies inside a small block is found
 * as that. */
static uint32_t s_find_block(uintptr_t address) {
    uint32_t id = ms_live_find(address);
    return id != 0 && MS_BLOCK_ADDRESS(ms_block_at(id)) == address ? id : 0;
}

bool ms_record_is_block(const void *address) {
    return s_find_block((uintptr_t)address) != 0;
}

/* The site that has made BLOCK, record ID, as far as that is known. */
static uint32_t s_maker(struct ms_thread *thread, const struct ms_block *block, uint32_t id) {
    uint32_t site = ms_load_acquire(&block->site);
    if (site != 0)
        return site;
    const struct ms_pending *pending = &thread->record->pending;
    return pending->block == id ? pending->site : s_site_elsewhere(block, id);
}

void ms_record_taken(uint32_t site, const void *value, const void *place) {
    struct ms_thread *thread = s_begin();
    if (thread == NULL)
        return;
    struct ms_pending *pending = &thread->record->pending;
    uint32_t id = s_find_block((uintptr_t)value);
    if (id == 0 && value == __memscope_fresh_block) /* moved by a wrapper */
        id = pending->block;
    if (id != 0) {
        struct ms_block *block = ms_block_at(id);
        if (pending->block == id && pending->frame_address != 0 && pending->site == 0)
            ms_store_relaxed(&pending->site, site);
        uint64_t holder = ms_load_relaxed(&block->holder);
        ms_store_relaxed(&block->holder,
                         ms_holder_take(holder, s_maker(thread, block, id), site, place));
    }
    s_end(thread);
}

void ms_record_lost(uint32_t site, const void *old, const void *value, const void *place) {
    struct ms_thread *thread = s_begin();
    if (thread == NULL)
        return;
    uint32_t id = s_find_block((uintptr_t)old);
    if (id != 0) {
        struct ms_block *block = ms_block_at(id);
        uint64_t holder = ms_load_relaxed(&block->holder);
        if ((uintptr_t)value - (uintptr_t)old >= MS_BLOCK_SIZE(block))
            ms_store_relaxed(&block->holder,
                             ms_holder_lose(holder, s_maker(thread, block, id), site, place));
    }
    s_end(thread);
}
