/* SPDX-License-Identifier: MIT */
#include "hot/record.h"

#include <sys/single_threaded.h>

#include "hot/frames.h"
#include "hot/lifecycle.h"
#include "hot/sampler.h"
#include "hot/thread.h"
#include "store/live.h"
#include "store/store.h"
#include "store/threads.h"

#define FLUSH_BYTES                                                                                \
    INT64_C(32768) /* of live bytes a thread may hold back: bounds the error of the peak */
#define TIME_UNIT UINT64_C(100000000)

/* Inlined into the three events, which are called for every block; what is rare stays out of the
 * way. */
#define HOT  inline __attribute__((always_inline))
#define COLD __attribute__((noinline, cold))

struct ms_recording ms_recording; /* the first block starts the runtime */

/* Initial value: matches no block and not NULL. */
_Thread_local void *__memscope_fresh_block
    __attribute__((tls_model("initial-exec"), visibility("default"))) = (void *)1;

static inline uint64_t s_now(void) {
    return ms_recording.own_clock ? ms_store_now() : ms_load_relaxed(&ms_store.header->now_ns);
}

/* ---- live bytes of the process ---- */

static COLD void s_raise_peak(uint64_t live) {
    struct ms_journal_header *header = ms_store.header;
    uint64_t peak = ms_load_relaxed(&header->peak_bytes);
    while (live > peak) {
        if (ms_cas_relaxed(&header->peak_bytes, &peak, live)) {
            ms_store_relaxed(&header->peak_ns, s_now());
            return;
        }
    }
}

static COLD void s_flush_live(struct ms_thread_record *record, int64_t delta) {
    ms_store_relaxed(&record->live_unflushed, 0);
    uint64_t live =
        ms_fetch_add_relaxed(&ms_store.header->live_bytes, (uint64_t)delta) + (uint64_t)delta;
    if (delta > 0)
        s_raise_peak(live);
}

static inline void s_add_live(struct ms_thread_record *record, int64_t delta) {
    struct ms_journal_header *header = ms_store.header;
    if (MS_LIKELY(__libc_single_threaded)) {
        uint64_t live = header->live_bytes + (uint64_t)delta;
        ms_store_relaxed(&header->live_bytes, live);
        if (live > header->peak_bytes && delta > 0) {
            ms_store_relaxed(&header->peak_bytes, live);
            ms_store_relaxed(&header->peak_ns, s_now());
        }
        return;
    }
    int64_t held = record->live_unflushed + delta;
    if (held >= FLUSH_BYTES || held <= -FLUSH_BYTES)
        s_flush_live(record, held);
    else
        ms_store_relaxed(&record->live_unflushed, held);
}

/* ---- counters ---- */

static inline unsigned s_bucket(uint64_t value) {
    return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll(value);
}

/* Peaks of a site (in this shard) and of a thread; PENDING bytes are not counted yet. */
static inline void s_raise_site_peak(struct ms_counter *counter, uint64_t pending) {
    int64_t live = (int64_t)(counter->alloc_bytes - counter->free_bytes + pending);
    if (live > (int64_t)counter->peak_bytes)
        ms_store_relaxed(&counter->peak_bytes, (uint64_t)live);
}

static inline void s_raise_thread_peak(struct ms_thread *thread, uint64_t pending) {
    struct ms_thread_record *record = thread->record;
    int64_t live = (int64_t)(record->alloc_bytes - thread->own_free_bytes -
                             ms_load_relaxed(&record->freed_elsewhere_bytes) + pending);
    if (live > (int64_t)record->peak_bytes)
        ms_store_relaxed(&record->peak_bytes, (uint64_t)live);
}

static HOT void s_count_made(struct ms_thread *thread, struct ms_counter *counter, uint64_t size) {
    struct ms_thread_record *record = thread->record;
    ms_own_add(&counter->allocations, 1);
    ms_own_add(&counter->alloc_bytes, size);
    s_raise_site_peak(counter, 0);
    ms_own_add(&record->allocations, 1);
    ms_own_add(&record->alloc_bytes, size);
    s_raise_thread_peak(thread, 0);
    unsigned bucket = s_bucket(size);
    ms_own_add(&thread->histograms->sizes[bucket < 64 ? bucket : 63], 1);
}

/* AGE in units of 100 ms. MAKER is the index of the thread that had allocated. */
static HOT void s_count_freed(struct ms_thread *thread, struct ms_counter *counter, uint64_t size,
                              uint64_t age, uint32_t maker) {
    struct ms_thread_record *record = thread->record;
    ms_own_add(&counter->frees, 1);
    ms_own_add(&counter->free_bytes, size);
    ms_own_add(&record->frees, 1);
    ms_own_add(&record->free_bytes, size);
    ms_own_add(&thread->histograms->lifetimes[s_bucket(age & 0xffffff)], 1);
    if (MS_LIKELY(maker == thread->index)) {
        thread->own_free_bytes += size;
        return;
    }
    struct ms_thread_record *other = ms_threads_record(maker);
    ms_own_add(&record->foreign_frees, 1);
    ms_own_add(&record->foreign_free_bytes, size);
    ms_fetch_add_relaxed(&other->freed_elsewhere, 1);
    ms_fetch_add_relaxed(&other->freed_elsewhere_bytes, size);
}

/* ---- the pending block ---- */

static inline uint32_t s_caller_site(struct ms_thread *thread, uint64_t address) {
    struct ms_caller_entry *entry = &thread->callers[(address ^ address >> 10) % MS_CALLER_CACHE];
    if (MS_UNLIKELY(entry->address != address)) {
        entry->site = ms_sites_caller(address);
        entry->address = address;
    }
    return entry->site;
}

static inline uint32_t s_pending_site(struct ms_thread *thread, const struct ms_pending *pending) {
    return pending->site != 0 ? pending->site : s_caller_site(thread, pending->frame_address);
}

/* Waits until another thread that frees our pending block has done so. */
static COLD void s_wait_for_thief(struct ms_pending *pending) {
    while (ms_load_acquire(&pending->address) != 0)
        ms_cpu_relax();
}

/* Takes the pending block over from threads that may want to free it. False: one was faster. */
static inline bool s_own_pending(struct ms_pending *pending, uint64_t address) {
    if (MS_LIKELY(__libc_single_threaded))
        return true;
    if (MS_LIKELY(ms_cas_acq_rel(&pending->address, &address, address | MS_PENDING_TAKEN)))
        return true;
    s_wait_for_thief(pending);
    return false;
}

static void s_free_known(struct ms_thread *thread, uint64_t address);

/* For large blocks, and where there is no room by position. A block that is already there was freed
 * without our seeing it (see ms_record_free): it is accounted here. */
static __attribute__((noinline)) bool s_insert_slow(struct ms_thread *thread, uint64_t address,
                                                    uint64_t size, uint32_t id) {
    if (ms_live_find(address) != 0)
        s_free_known(thread, address);
    return ms_live_insert(address, size, id);
}

static HOT void s_enter(struct ms_thread *thread, uint64_t address, uint64_t size, uint64_t time,
                        uint32_t site, uint32_t owner, uint32_t stack, uint32_t maker) {
    uint32_t id = ms_blocks_take(&thread->free_blocks);
    if (MS_UNLIKELY(id == 0))
        return; /* counted as dropped by the store; its free will be unknown */
    struct ms_block *block = ms_block_at(id);
    block->size_time =
        (size < MS_BLOCK_SIZE_LIMIT ? size : MS_BLOCK_SIZE_LIMIT) << 24 | (time & 0xffffff);
    block->site = site;
    block->owner = owner;
    block->stack = stack;
    ms_store_release(&block->address_thread, address << 16 | maker); /* pairs with the reader's */
    if (!(MS_LIKELY(size < MS_LIVE_SMALL) && MS_LIKELY(ms_address_map_insert(address, id))) &&
        MS_UNLIKELY(!s_insert_slow(thread, address, size, id))) {
        ms_blocks_give(&thread->free_blocks, id);
        ms_store_count_drop(MS_DROP_SPACE);
    }
}

/* Counts the pending block and enters it into the live table. */
static HOT void s_commit(struct ms_thread *thread) {
    struct ms_pending *pending = &thread->record->pending;
    uint64_t address = ms_load_relaxed(&pending->address);
    if (address == 0)
        return;
    if (MS_UNLIKELY((address & MS_PENDING_TAKEN) != 0)) {
        s_wait_for_thief(pending);
        return;
    }
    if (!s_own_pending(pending, address))
        return;
    uint32_t site = s_pending_site(thread, pending);
    s_enter(thread, address, pending->size, pending->time, site, pending->owner, pending->stack,
            thread->index);
    s_count_made(thread, ms_thread_counter(thread, site), pending->size);
    ms_store_release(&pending->address, 0); /* pairs with steal and with the reader's check */
}

/* The pending block is freed by its own thread. False: it was another's, and is gone. */
static HOT bool s_free_pending(struct ms_thread *thread, uint64_t address) {
    struct ms_pending *pending = &thread->record->pending;
    if (!s_own_pending(pending, address))
        return false;
    struct ms_counter *counter = ms_thread_counter(thread, s_pending_site(thread, pending));
    uint64_t size = pending->size;
    s_count_made(thread, counter, size);
    s_count_freed(thread, counter, size, s_now() / TIME_UNIT - pending->time, thread->index);
    ms_own_add(&counter->temporary, 1);
    s_add_live(thread->record, -(int64_t)size);
    ms_store_release(&pending->address, 0);
    __memscope_fresh_block = (void *)1;
    return true;
}

/* ---- entering and leaving ---- */

/* The state of this thread when it may record now. */
static inline struct ms_thread *s_begin(void) {
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

static COLD void s_free_deferred(struct ms_thread *thread) {
    while (thread->deferred_count != 0)
        s_free_known(thread, thread->deferred[--thread->deferred_count]);
}

static inline void s_end(struct ms_thread *thread) {
    if (MS_UNLIKELY(thread->deferred_count != 0))
        s_free_deferred(thread);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    thread->busy = false;
}

/* Called when s_begin gave NULL. */
static COLD bool s_nested(void) {
    return ms_thread_self != NULL && ms_thread_self->busy;
}

/* ---- the three events ---- */

static HOT void s_make_pending(struct ms_thread *thread, void *address, size_t size,
                               struct ms_call call, uint32_t site, uint32_t owner) {
    struct ms_pending *pending = &thread->record->pending;
    pending->size = size;
    pending->frame_address = call.return_address;
    pending->site = site;
    pending->owner = owner;
    pending->time = (uint32_t)(s_now() / TIME_UNIT);
    pending->stack = 0;
    if (ms_recording.capture && ms_sampler_takes(thread, size))
        pending->stack =
            ms_frames_capture(thread, call.return_address, call.frame, ms_recording.depth);
    s_add_live(thread->record, (int64_t)size);
    ms_store_release(&pending->address, (uint64_t)(uintptr_t)address); /* pairs with steal */
    __memscope_fresh_block = address;
}

void ms_record_allocation(void *address, size_t size, struct ms_call call) {
    if (MS_UNLIKELY(ms_recording.blocks != MS_BLOCKS_ON) && !ms_lifecycle_ask())
        return;
    struct ms_thread *thread = s_begin();
    if (MS_UNLIKELY(thread == NULL)) {
        if (s_nested())
            ms_store_count_drop(MS_DROP_NESTED);
        return;
    }
    s_commit(thread);
    s_make_pending(thread, address, size, call, 0, 0);
    s_end(thread);
}

/* Takes ADDRESS out of the live table, wherever it is. *STOLEN is another thread's pending block
 * instead. */
static uint32_t s_take_out(uint64_t address, struct ms_pending *stolen,
                           struct ms_thread_record **maker) {
    uint32_t id = ms_live_remove(address);
    *maker = NULL;
    if (MS_UNLIKELY(id == 0) && !__libc_single_threaded) {
        *maker = ms_threads_steal(address, stolen);
        if (*maker == NULL) /* its owner may have entered it meanwhile */
            id = ms_live_remove(address);
    }
    return id;
}

/* Accounts a block that another thread had pending, as made and freed by this one on its behalf. */
static COLD void s_free_stolen(struct ms_thread *thread, const struct ms_pending *block,
                               struct ms_thread_record *maker) {
    struct ms_counter *counter = ms_thread_counter(thread, s_pending_site(thread, block));
    ms_own_add(&counter->allocations, 1);
    ms_own_add(&counter->alloc_bytes, block->size);
    ms_own_add(&counter->frees, 1);
    ms_own_add(&counter->free_bytes, block->size);
    ms_own_add(&thread->histograms->sizes[s_bucket(block->size)], 1);
    ms_own_add(&thread->histograms->lifetimes[0], 1);
    ms_own_add(&thread->record->frees, 1);
    ms_own_add(&thread->record->free_bytes, block->size);
    ms_own_add(&thread->record->foreign_frees, 1);
    ms_own_add(&thread->record->foreign_free_bytes, block->size);
    /* The maker waits for us before it writes its record again. */
    ms_own_add(&maker->allocations, 1);
    ms_own_add(&maker->alloc_bytes, block->size);
    ms_fetch_add_relaxed(&maker->freed_elsewhere, 1);
    ms_fetch_add_relaxed(&maker->freed_elsewhere_bytes, block->size);
    s_add_live(thread->record, -(int64_t)block->size);
    ms_store_release(&maker->pending.address, 0);
}

static void s_free_known(struct ms_thread *thread, uint64_t address) {
    struct ms_pending stolen;
    struct ms_thread_record *maker;
    uint32_t id = s_take_out(address, &stolen, &maker);
    if (MS_UNLIKELY(id == 0)) {
        if (maker != NULL)
            s_free_stolen(thread, &stolen, maker);
        else
            ms_fetch_add_relaxed(&ms_store.header->unknown_frees, 1);
        return;
    }
    const struct ms_block *block = ms_block_at(id);
    uint64_t size = MS_BLOCK_SIZE(block);
    struct ms_counter *counter = ms_thread_counter(thread, block->site);
    /* The pending block is not counted yet but was there: what goes now may have been part of a
     * peak. */
    const struct ms_pending *pending = &thread->record->pending;
    if (pending->address != 0) {
        s_raise_thread_peak(thread, pending->size);
        if (pending->site == block->site)
            s_raise_site_peak(counter, pending->size);
    }
    s_count_freed(thread, counter, size, s_now() / TIME_UNIT - (block->size_time & 0xffffff),
                  MS_BLOCK_THREAD(block));
    ms_blocks_give(&thread->free_blocks, id);
    s_add_live(thread->record, -(int64_t)size);
}

void ms_record_free(void *address) {
    if (!ms_recording.frees)
        return;
    struct ms_thread *thread = s_begin();
    if (MS_UNLIKELY(thread == NULL)) {
        thread = ms_thread_self;
        if (thread == NULL || !thread->busy)
            return;
        if (thread->deferred_count < MS_DEFERRED_FREES)
            thread->deferred[thread->deferred_count++] = (uintptr_t)address;
        else
            ms_store_count_drop(MS_DROP_NESTED);
        return;
    }
    uint64_t at = (uintptr_t)address;
    if ((ms_load_relaxed(&thread->record->pending.address) & ~MS_PENDING_FLAGS) != at ||
        !s_free_pending(thread, at))
        s_free_known(thread, at);
    s_end(thread);
}

void ms_record_moving(void *address, struct ms_moving *block) {
    struct ms_pending stolen;
    struct ms_thread_record *maker;
    *block = (struct ms_moving){.known = false};
    struct ms_thread *thread = ms_recording.frees ? s_begin() : NULL;
    if (thread == NULL)
        return;
    uint64_t at = (uintptr_t)address;
    if ((ms_load_relaxed(&thread->record->pending.address) & ~MS_PENDING_FLAGS) == at)
        s_commit(thread);
    uint32_t id = s_take_out(at, &stolen, &maker);
    if (id != 0) {
        const struct ms_block *found = ms_block_at(id);
        *block = (struct ms_moving){.known = true,
                                    .address = at,
                                    .size = MS_BLOCK_SIZE(found),
                                    .time = found->size_time & 0xffffff,
                                    .site = found->site,
                                    .owner = found->owner,
                                    .stack = found->stack,
                                    .thread = MS_BLOCK_THREAD(found)};
        ms_blocks_give(&thread->free_blocks, id);
    } else if (maker != NULL) {
        /* Another thread's pending block: counted as freed here and made anew. */
        uint32_t site = s_pending_site(thread, &stolen);
        s_free_stolen(thread, &stolen, maker);
        *block = (struct ms_moving){.site = site, .owner = stolen.owner};
    }
    s_end(thread);
}

void ms_record_moved(const struct ms_moving *block, void *address, size_t size,
                     struct ms_call call) {
    struct ms_thread *thread = s_begin();
    if (thread == NULL)
        return;
    if (block->known) {
        struct ms_counter *counter = ms_thread_counter(thread, block->site);
        s_count_freed(thread, counter, block->size, s_now() / TIME_UNIT - block->time,
                      block->thread);
        s_add_live(thread->record, -(int64_t)block->size);
        if (address != NULL && (uintptr_t)address != block->address)
            ms_own_add(&counter->moved_bytes, block->size < size ? block->size : size);
    }
    if (address != NULL && ms_recording.blocks == MS_BLOCKS_ON) {
        s_commit(thread);
        s_make_pending(thread, address, size, call, block->site, block->owner);
    }
    s_end(thread);
}

void ms_record_kept(const struct ms_moving *block) {
    struct ms_thread *thread = block->known ? s_begin() : NULL;
    if (thread == NULL)
        return;
    s_enter(thread, block->address, block->size, block->time, block->site, block->owner,
            block->stack, block->thread);
    s_end(thread);
}

/* ---- what compiled code says about blocks ---- */

void ms_record_claim(uint32_t site, const void *block) {
    struct ms_thread *thread = ms_thread_self;
    if (thread == NULL || thread->busy || !ms_recording.frees)
        return;
    /* A handler may have allocated since: then the block is no longer pending and stays as it is.
     */
    struct ms_pending *pending = &thread->record->pending;
    if (ms_load_relaxed(&pending->address) == (uint64_t)(uintptr_t)block)
        ms_store_relaxed(&pending->site, site);
    __memscope_fresh_block = (void *)1;
}

void ms_record_owner(uint32_t site, const void *value) {
    struct ms_thread *thread = s_begin();
    if (thread == NULL)
        return;
    uint64_t address = (uintptr_t)value;
    struct ms_pending *pending = &thread->record->pending;
    if (ms_load_relaxed(&pending->address) == address) {
        if (pending->site == 0)
            ms_store_relaxed(&pending->site, site);
        ms_store_relaxed(&pending->owner, site);
    } else {
        uint32_t id = ms_live_find(address);
        if (id != 0)
            ms_store_relaxed(&ms_block_at(id)->owner, site);
    }
    s_end(thread);
}
