/* SPDX-License-Identifier: MIT */
#include "hot/pools.h"

#include "hot/clock.h"
#include "hot/hooks.h"
#include "hot/pool_regions.h"
#include "hot/problems.h"
#include "hot/stack_totals.h"
#include "hot/thread.h"
#include "platform/os.h"
#include "store/live.h"
#include "store/map.h"
#include "store/pooled_map.h"
#include "store/store.h"

bool ms_pools_used;

#define RECORD_BATCH 64u
#define SMALL_BYTES  128u /* no slab is that small */
#define HEADER_LIMIT 64u  /* bytes that a wrapper of malloc keeps in front of its blocks */

/* Everything below. Synchronization: s_lock. */
static struct ms_block_list s_free_records;
static uint32_t *s_pooled_sites; /* by site: its twin for pooled blocks; 0: not made yet */
static struct ms_map s_groups;   /* address of a pool -> number of its group */
static uint32_t *s_group_firsts; /* by group: the first of its pooled blocks */
static uint32_t s_group_count;

/* The pooled block that this thread got last. */
static _Thread_local struct {
    uintptr_t address;
    uint32_t id;
} s_newest __attribute__((tls_model("initial-exec")));

/* ---- the lock ---- */

static uint32_t s_lock; /* 0: free; else the index of the thread that has it, and one */
static bool s_fork_has_lock;

static void s_take_lock(const struct ms_thread *thread) {
    uint32_t no = 0;
    for (unsigned spins = 0; !ms_cas_acq_rel(&s_lock, &no, thread->index + 1); no = 0) {
        if (++spins % 64 == 0)
            ms_os_yield();
        ms_cpu_relax();
    }
}

static void s_give_lock(void) {
    ms_store_release(&s_lock, 0); /* pairs with s_take_lock */
}

/* The thread, with the lock. NULL: nothing can be recorded here. */
static struct ms_thread *s_begin(void) {
    struct ms_thread *thread = ms_record_enter();
    if (thread != NULL)
        s_take_lock(thread);
    return thread;
}

static void s_end(struct ms_thread *thread) {
    s_give_lock();
    ms_record_leave(thread);
}

/* A handler that forks in the middle of something here has the lock already, and its child goes on
 * there. */
void ms_pools_before_fork(void) {
    const struct ms_thread *thread = ms_thread_self;
    uint32_t no = 0, own = thread != NULL ? thread->index + 1 : UINT32_MAX;
    s_fork_has_lock = false;
    if (ms_load_relaxed(&s_lock) == own)
        return;
    for (; !ms_cas_acq_rel(&s_lock, &no, own); no = 0)
        ms_os_yield();
    s_fork_has_lock = true;
}

void ms_pools_after_fork(void) {
    if (s_fork_has_lock)
        s_give_lock();
}

/* ---- records ---- */

static bool s_refill(void) {
    uint64_t signals, offset;
    ms_store_lock(&signals);
    bool good = ms_store_append(MS_TABLE_POOLED, RECORD_BATCH * sizeof(struct ms_pooled_block),
                                &offset) != NULL;
    if (good)
        ms_store_publish(MS_TABLE_POOLED);
    ms_store_unlock(&signals);
    uint32_t first = good ? (uint32_t)(offset / sizeof(struct ms_pooled_block)) : 0;
    for (uint32_t i = RECORD_BATCH; good && i-- > 0;) {
        if (first + i == 0) /* means "none" */
            continue;
        ms_pooled_block_at(first + i)->next = s_free_records.first;
        s_free_records.first = first + i;
    }
    return good;
}

static uint32_t s_take_record(void) {
    if (s_free_records.first == 0 && !s_refill())
        return 0;
    uint32_t id = s_free_records.first;
    s_free_records.first = ms_pooled_block_at(id)->next;
    return id;
}

static bool s_prepare(void) {
    static bool s_is_prepared;
    if (s_is_prepared)
        return true;
    s_pooled_sites = ms_os_map_pages(MS_SITE_LIMIT * sizeof(*s_pooled_sites));
    s_group_firsts = ms_os_map_pages(MS_SITE_LIMIT * sizeof(*s_group_firsts));
    s_group_count = 1;
    s_is_prepared = s_pooled_sites != NULL && s_group_firsts != NULL && ms_pool_regions_prepare();
    return s_is_prepared;
}

static uint32_t s_pooled_site(uint32_t site) {
    if (s_pooled_sites[site] == 0)
        s_pooled_sites[site] = ms_sites_pooled(site);
    return s_pooled_sites[site];
}

/* ---- pools ---- */

/* The number of the pool at ADDRESS; 0: none, or no room. */
static uint32_t s_group(uintptr_t address) {
    uint32_t group = address != 0 ? ms_map_find(&s_groups, address) : 0;
    if (address != 0 && group == 0 && s_group_count < MS_SITE_LIMIT &&
        ms_map_set(&s_groups, address, s_group_count))
        group = s_group_count++;
    return group;
}

static void s_join(struct ms_pooled_block *block, uint32_t id, uint32_t group) {
    block->next = block->previous = 0;
    block->group = group;
    if (group == 0)
        return;
    block->next = s_group_firsts[group];
    if (block->next != 0)
        ms_pooled_block_at(block->next)->previous = id;
    s_group_firsts[group] = id;
}

static void s_part(struct ms_pooled_block *block) {
    if (block->group == 0)
        return;
    if (block->next != 0)
        ms_pooled_block_at(block->next)->previous = block->previous;
    if (block->previous != 0)
        ms_pooled_block_at(block->previous)->next = block->next;
    else
        s_group_firsts[block->group] = block->next;
}

/* ---- pooled blocks ---- */

static void s_end_inside(struct ms_thread *thread, uint32_t id, uintptr_t address, uint64_t size);

/* The block that BLOCK lies in has SIZE bytes less of its own; as two's complement: more. */
static void s_count_inside(struct ms_thread *thread, const struct ms_pooled_block *block,
                           uint64_t size) {
    ms_own_add(&ms_thread_counter(thread, block->inside)->inside_bytes, size);
    if (ms_recording.totals)
        ms_stack_totals_gone(thread, block->inside_stack, block->inside, size);
}

/* Ends the block of record ID. What is left in its slot tells that it was given back. */
static void s_end_block(struct ms_thread *thread, uint32_t id) {
    struct ms_pooled_block *block = ms_pooled_block_at(id);
    uintptr_t address = MS_BLOCK_ADDRESS(block);
    uint64_t size = MS_BLOCK_SIZE(block);
    struct ms_pooled_leaf *leaf = ms_pooled_leaf_find(address);
    /* What lies in it ends first: in its slot there may be another than itself. */
    struct ms_pool_region *around =
        ms_pool_regions_may_start(address) ? ms_pool_regions_around(leaf, address, id) : NULL;
    if (around != NULL) {
        around->end = 0;
        s_end_inside(thread, id, address, size);
    }
    ms_thread_count_freed_at(ms_thread_counter(thread, block->site), size);
    if (ms_recording.totals)
        ms_stack_totals_gone(thread, block->stack, block->site, size);
    if (block->inside != 0)
        s_count_inside(thread, block, -size);
    ms_pooled_set(leaf, address, block->below != 0 ? block->below : MS_POOLED_FREED | block->site);
    s_part(block);
    ms_store_release(&block->address_thread, 0);
    block->next = s_free_records.first;
    s_free_records.first = id;
}

/* Ends what starts in START..END, and forgets what was given back there. */
static void s_end_range(struct ms_thread *thread, uintptr_t start, uintptr_t end) {
    uint32_t value;
    for (uintptr_t at = start; (at = ms_pooled_next(at, end, &value)) < end; at += 8) {
        while (value != 0 && (value & MS_POOLED_FREED) == 0) {
            s_end_block(thread, value);
            value = ms_pooled_find(at);
        }
        ms_pooled_set(ms_pooled_leaf_find(at), at, 0);
    }
}

/* Ends what lies in the block of record ID. */
static void s_end_inside(struct ms_thread *thread, uint32_t id, uintptr_t address, uint64_t size) {
    for (uint32_t value;
         (value = ms_pooled_find(address)) != id && (value & MS_POOLED_FREED) == 0 && value != 0;)
        s_end_block(thread, value);
    s_end_range(thread, (address | 7) + 1, address + size);
}

/* Whether BLOCK, which is live around or at the start of a new block of GROUP, is over: a pool
 * hands out nothing inside its own live blocks. Else the new one lies in it. */
static bool s_is_stale(const struct ms_pooled_block *block, uint32_t group) {
    return block->group == group;
}

/* The memory at ADDRESS is handed out, from GROUP: what was there before is over. */
static void s_clear(struct ms_thread *thread, uintptr_t address, uint64_t size, uint32_t group) {
    uint32_t value = ms_pooled_find(address);
    uintptr_t end = address + (size != 0 ? size : 1);
    while (value != 0 && (value & MS_POOLED_FREED) == 0 &&
           (s_is_stale(ms_pooled_block_at(value), group) ||
            MS_BLOCK_SIZE(ms_pooled_block_at(value)) <= size)) {
        s_end_block(thread, value);
        value = ms_pooled_find(address);
    }
    s_end_range(thread, (address | 7) + 1, end);
    uintptr_t before = ms_pooled_before((address & ~(uintptr_t)7) - 8, MS_POOL_NEAR_SLOTS, &value);
    if (before == 0 || (value & MS_POOLED_FREED) != 0)
        return;
    const struct ms_pooled_block *block = ms_pooled_block_at(value);
    uintptr_t its_end = MS_BLOCK_ADDRESS(block) + MS_BLOCK_SIZE(block);
    if (its_end > address && (its_end < end || s_is_stale(block, group)))
        s_end_block(thread, value);
}

/* The site that has made the block PARENT; 0: it is not counted yet. */
static uint32_t s_site_of_parent(struct ms_thread *thread, uint32_t parent) {
    if ((parent & MS_PARENT_POOLED) != 0)
        return ms_pooled_block_at(parent & ~MS_PARENT_POOLED)->site;
    return parent != 0 ? ms_record_settled_site(thread, parent) : 0;
}

static uint32_t s_stack_of_parent(uint32_t parent) {
    if ((parent & MS_PARENT_POOLED) != 0)
        return ms_pooled_block_at(parent & ~MS_PARENT_POOLED)->stack;
    return parent != 0 ? ms_block_at(parent)->stack : 0;
}

static void s_make(struct ms_thread *thread, uint32_t site, uintptr_t address, uint64_t size,
                   uintptr_t pool, struct ms_call call) {
    struct ms_pooled_leaf *leaf = s_prepare() ? ms_pooled_leaf_make(address) : NULL;
    if (leaf == NULL || (site = s_pooled_site(site)) == 0) {
        ms_store_count_drop(MS_DROP_SPACE);
        return;
    }
    uint32_t group = s_group(pool);
    ms_record_settle(thread); /* the fresh block of this thread is another one from now on */
    s_clear(thread, address, size, group);
    const struct ms_pool_region *region = ms_pool_regions_find(leaf, address);
    uint32_t id = s_take_record();
    if (id == 0)
        return; /* counted */
    struct ms_pooled_block *block = ms_pooled_block_at(id);
    block->size_time = size << 24 | (ms_clock_units() & 0xffffff);
    block->site = site;
    block->stack = ms_record_stack(thread, call);
    block->parent = region != NULL ? region->parent : 0;
    block->inside = s_site_of_parent(thread, block->parent);
    block->inside_stack = s_stack_of_parent(block->parent);
    if (block->inside != 0)
        s_count_inside(thread, block, size);
    block->below = ms_pooled_find(address);
    if ((block->below & MS_POOLED_FREED) != 0)
        block->below = 0;
    s_join(block, id, group);
    struct ms_counter *counter = ms_thread_counter(thread, site);
    ms_own_add(&counter->allocations, 1);
    ms_own_add(&counter->alloc_bytes, size);
    if (ms_recording.totals)
        ms_stack_totals_made(thread, block->stack, site, size);
    ms_pooled_set(leaf, address, id);
    ms_store_release(&block->address_thread, (uint64_t)address << 16 | thread->index);
    s_newest.address = address;
    s_newest.id = id;
    ms_store_relaxed(&ms_pools_used, true);
}

/* Whether SIZE bytes, OFFSET bytes into a block of WHOLE bytes, are all of it but for what a
 * wrapper of malloc adds: a header, and rounding. A pool hands out less than half of its slab. */
static bool s_is_all_of(uint64_t whole, uint64_t offset, uint64_t size) {
    if (size == 0 || (offset == 0 && whole < SMALL_BYTES))
        return offset == 0;
    return offset <= HEADER_LIMIT && whole >= offset && size > (whole - offset) / 2;
}

/* Whether the pooled block that this thread got last is at ADDRESS and is not from SITE: an
 * allocator around another has handed it on. It gets the site SITE, if TYPED and its own does not
 * know the type. */
static bool s_is_handed_on(struct ms_thread *thread, uint32_t site, bool typed, uintptr_t address,
                           uint64_t asked) {
    if (s_newest.address != address || s_newest.id == 0 || ms_pooled_find(address) != s_newest.id)
        return false;
    struct ms_pooled_block *block = ms_pooled_block_at(s_newest.id);
    uint64_t size = MS_BLOCK_SIZE(block);
    const struct ms_site *old =
        ms_store_at(MS_TABLE_SITES, (uint64_t)block->site * sizeof(struct ms_site));
    if (MS_BLOCK_THREAD(block) != thread->index || (site = s_pooled_site(site)) == 0 ||
        site == block->site)
        return false;
    if (asked != 0 && size != 0 && !s_is_all_of(size, 0, asked))
        return false; /* a piece of it */
    if (!typed || old->type_name != 0)
        return true;
    struct ms_counter *from = ms_thread_counter(thread, block->site);
    struct ms_counter *to = ms_thread_counter(thread, site);
    ms_own_add(&from->allocations, (uint64_t)-1);
    ms_own_add(&from->alloc_bytes, -size);
    ms_own_add(&to->allocations, 1);
    ms_own_add(&to->alloc_bytes, size);
    if (ms_recording.totals)
        ms_stack_totals_move(thread, block->stack, block->site, site, size);
    ms_store_relaxed(&block->site, site);
    return true;
}

/* ---- blocks of malloc's ---- */

/* Whether an allocator that returned ADDRESS only wraps malloc. If the block is new, CLAIM names
 * it.
 */
static bool s_wraps_malloc(struct ms_thread *thread, const struct ms_claim *claim, bool typed,
                           uintptr_t address, uint64_t size) {
    uint32_t id = ms_live_around(address, HEADER_LIMIT);
    if (id == 0)
        return false;
    const struct ms_block *block = ms_block_at(id);
    uintptr_t start = MS_BLOCK_ADDRESS(block);
    if (!s_is_all_of(MS_BLOCK_SIZE(block), address - start, size))
        return false;
    if (typed && __memscope_fresh_block == (void *)start && thread->record->pending.block == id)
        ms_record_claim(claim, (void *)start);
    return true;
}

/* Whether ADDRESS lies in a block that pooled blocks lie in: then
 * the search for a block of malloc's around it, which is the dearest part, is not needed. */
static bool s_is_in_slab(const struct ms_thread *thread, uintptr_t address) {
    s_take_lock(thread);
    struct ms_pooled_leaf *leaf = ms_pooled_leaf_find(address);
    bool is_in_slab = leaf != NULL && ms_pool_regions_around(leaf, address, 0) != NULL;
    s_give_lock();
    return is_in_slab;
}

/* ---- what compiled code says ---- */

bool ms_pools_allocated(const struct ms_claim *claim, bool typed, const void *block,
                        const void *pool, struct ms_call call) {
    struct ms_thread *thread = ms_thread_self;
    uintptr_t address = (uintptr_t)block;
    uint64_t size = claim->size < MS_BLOCK_SIZE_LIMIT ? claim->size : MS_BLOCK_SIZE_LIMIT;
    if (MS_LIKELY(thread != NULL) && __memscope_fresh_block == block &&
        s_is_all_of(thread->record->pending.size, 0, size)) {
        if (typed)
            ms_record_claim(claim, block);
        return true;
    }
    /* Where blocks are sampled it is not known what is a block of malloc's. */
    thread = ms_recording.sampled ? NULL : ms_record_enter();
    if (thread == NULL)
        return false;
    bool is_in_slab = ms_pools_used && s_is_in_slab(thread, address);
    bool is_piece = is_in_slab || !s_wraps_malloc(thread, claim, typed, address, size);
    if (is_piece) {
        s_take_lock(thread);
        if (!s_prepare() || !s_is_handed_on(thread, claim->site, typed, address, size))
            s_make(thread, claim->site, address, size, (uintptr_t)pool, call);
        /* A caller that knows the type may still come. */
        __memscope_fresh_block = typed && !claim->handed_on ? (void *)1 : (void *)address;
        s_give_lock();
    }
    ms_record_leave(thread);
    return !is_piece;
}

bool ms_pools_claim(const struct ms_claim *claim, const void *block) {
    uintptr_t address = (uintptr_t)block;
    if (s_newest.address != address)
        return false;
    struct ms_thread *thread = s_begin();
    if (thread == NULL)
        return false;
    const struct ms_pending *pending = &thread->record->pending;
    bool is_heap = pending->frame_address != 0 && pending->block != 0 &&
                   MS_BLOCK_ADDRESS(ms_block_at(pending->block)) == address;
    bool is_pooled = !is_heap && s_is_handed_on(thread, claim->site, true, address, 0);
    if (is_pooled)
        __memscope_fresh_block = (void *)1;
    s_end(thread);
    return is_pooled;
}

/* All blocks of the pool at ADDRESS end. */
static bool s_end_pool(struct ms_thread *thread, uintptr_t address) {
    uint32_t group = ms_map_find(&s_groups, address);
    bool found = group != 0 && s_group_firsts[group] != 0;
    while (found && s_group_firsts[group] != 0)
        s_end_block(thread, s_group_firsts[group]);
    return found;
}

/* What lies in the block of malloc's that starts at ADDRESS ends. IS_OVER: and so does the block.
 */
static bool s_end_region(struct ms_thread *thread, uintptr_t address, bool is_over) {
    struct ms_pooled_leaf *leaf = ms_pooled_leaf_find(address);
    struct ms_pool_region *region = leaf != NULL ? ms_pool_regions_at(leaf, address) : NULL;
    if (region == NULL)
        return false;
    uintptr_t end = region->end;
    if (is_over)
        region->end = 0;
    s_end_range(thread, address, end);
    return true;
}

void ms_pools_end_inside(const void *address) {
    if (MS_LIKELY(!ms_pool_regions_may_start((uintptr_t)address)))
        return;
    struct ms_thread *thread = ms_recording.frees ? s_begin() : NULL;
    if (thread == NULL)
        return;
    s_end_region(thread, (uintptr_t)address, true);
    s_end(thread);
}

uint32_t ms_pools_site(const struct ms_thread *thread, const void *address) {
    if (!ms_pools_used)
        return 0;
    s_take_lock(thread);
    uint32_t value = ms_pooled_find((uintptr_t)address), site = 0;
    if (value != 0 && (value & MS_POOLED_FREED) == 0 &&
        MS_BLOCK_ADDRESS(ms_pooled_block_at(value)) == (uintptr_t)address)
        site = ms_pooled_block_at(value)->site;
    s_give_lock();
    return site;
}

/* The live pooled block at ADDRESS that SITE gives back: of several that start there the innermost,
 * or the one that is said to be freed so. 0: none. */
static uint32_t s_given_back(uint32_t site, uintptr_t address) {
    uint32_t first = ms_pooled_find(address);
    if (first == 0 || (first & MS_POOLED_FREED) != 0 ||
        MS_BLOCK_ADDRESS(ms_pooled_block_at(first)) != address)
        return 0;
    for (uint32_t id = first; site != 0 && id != 0; id = ms_pooled_block_at(id)->below)
        if (ms_problems_fits(ms_pooled_block_at(id)->site, site))
            return id;
    return first;
}

void ms_pools_returned(const void *block) {
    struct ms_thread *thread = s_begin();
    if (thread == NULL)
        return;
    uint32_t value = ms_pooled_find((uintptr_t)block);
    if ((value & MS_POOLED_FREED) != 0)
        ms_pooled_set(ms_pooled_leaf_find((uintptr_t)block), (uintptr_t)block, 0);
    s_end(thread);
}

void ms_pools_released(uint32_t site, const void *block, struct ms_call call) {
    uintptr_t address = (uintptr_t)block;
    struct ms_thread *thread = s_begin();
    if (thread == NULL)
        return;
    uint32_t id = s_given_back(site, address), value = ms_pooled_find(address), made = 0;
    enum ms_problem_kind problem = 0;
    if (id != 0) {
        made = ms_pooled_block_at(id)->site;
        if (site != 0 && !ms_problems_fits(made, site))
            problem = MS_PROBLEM_WRONG_DEALLOCATOR;
        s_end_block(thread, id);
    } else if (!s_end_pool(thread, address) && (value & MS_POOLED_FREED) == 0) {
        s_end_region(thread, address, false);
    } else if ((value & MS_POOLED_FREED) != 0 && site != 0) {
        /* Told by the function itself as well (SITE 0), which is no second time. */
        made = value & ~MS_POOLED_FREED;
        if (ms_problems_is_sure() && ms_problems_fits(made, site))
            problem = MS_PROBLEM_DOUBLE_FREE;
    }
    s_give_lock();
    const struct ms_wrong_free wrong = {
        .kind = problem, .made = made, .release = site, .block = block};
    if (problem != 0)
        ms_problems_note(thread, &wrong, call);
    ms_record_leave(thread);
}
