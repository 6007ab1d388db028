/* SPDX-License-Identifier: MIT */
/*
 * Walks the live blocks. A block is in the block table and in the counters of its site, or it is
 * its thread's pending block and in neither. Pending blocks are therefore added to the sums of
 * their sites here.
 */
#include "model/build.h"

#include <stdlib.h>

#include "base/atomics.h"
#include "model/array.h"

#define TIME_UNIT_NS UINT64_C(100000000) /* of ms_pending.time */

struct s_block {
    uint64_t size;
    uint64_t time_ns;
    uint32_t site;
    uint32_t owner;
    uint32_t stack;
};

/* A pending block, copied while it stood still. */
struct s_pending {
    struct ms_pending record;
    bool in_table; /* its thread was entering it into the table, and had got that far */
};

struct s_walk {
    struct ms_build *build;
    struct ms_index owner_index; /* site, owner -> number of that pair */
    uint32_t owner_count;
    struct ms_index group_index; /* number of the pair, stack -> groups */
    struct ms_index stack_index; /* stack id -> stacks */
    struct ms_index
        caller_index; /* hash of frame words of CALLER sites -> site; made when needed */
    bool has_caller_index;
    struct s_pending *pending;
    uint32_t pending_count, pending_capacity;
    struct ms_index pending_index; /* address -> pending */
};

static void s_walk_fini(struct s_walk *walk) {
    ms_index_fini(&walk->owner_index);
    ms_index_fini(&walk->group_index);
    ms_index_fini(&walk->stack_index);
    ms_index_fini(&walk->caller_index);
    ms_index_fini(&walk->pending_index);
    free(walk->pending);
}

static enum ms_status s_find_stack(struct s_walk *walk, uint32_t id, uint32_t *index) {
    struct ms_build *build = walk->build;
    bool added;
    const uint32_t *known = ms_index_put(&walk->stack_index, id, build->stack_count, &added);
    if (known == NULL)
        return MS_NO_MEMORY;
    *index = *known;
    if (!added)
        return MS_OK;
    struct ms_build_stack *stacks =
        ms_array_grow(build->stacks, &build->stack_capacity, build->stack_count, sizeof(*stacks));
    if (stacks == NULL)
        return MS_NO_MEMORY;
    build->stacks = stacks;
    stacks[build->stack_count++] = (struct ms_build_stack){.id = id};
    return MS_OK;
}

static enum ms_status s_find_group(struct s_walk *walk, const struct s_block *block,
                                   uint32_t *index) {
    struct ms_build *build = walk->build;
    bool added;
    const uint32_t *pair = ms_index_put(
        &walk->owner_index, ms_index_pair(block->site, block->owner), walk->owner_count, &added);
    if (pair == NULL)
        return MS_NO_MEMORY;
    walk->owner_count += added;
    const uint32_t *known = ms_index_put(&walk->group_index, ms_index_pair(*pair, block->stack),
                                         build->group_count, &added);
    if (known == NULL)
        return MS_NO_MEMORY;
    *index = *known;
    if (!added)
        return MS_OK;
    struct ms_build_group *groups =
        ms_array_grow(build->groups, &build->group_capacity, build->group_count, sizeof(*groups));
    if (groups == NULL)
        return MS_NO_MEMORY;
    build->groups = groups;
    struct ms_build_group *group = &groups[build->group_count++];
    *group = (struct ms_build_group){block->site, block->owner, block->stack, 0, 0, 0, UINT64_MAX};
    return block->stack != 0 ? s_find_stack(walk, block->stack, &group->stack_index) : MS_OK;
}

/* Replaces what cannot be by "not known". Sites and stacks that a running process has made since
 * we began to read are beyond what we see, and no damage. */
static void s_mend(struct ms_build *build, struct s_block *block) {
    bool torn = false;
    if (block->site >= build->journal_site_count) {
        block->site = 0;
        torn = true;
    }
    if (block->owner >= build->journal_site_count) {
        block->owner = 0;
        torn = true;
    }
    if (block->stack >= ms_journal_count(build->journal, MS_TABLE_STACKS)) {
        block->stack = 0;
        torn = true;
    }
    if (torn && build->report->process.exit != MEMSCOPE_EXIT_RUNNING)
        build->torn_blocks++;
}

/* BLOCK is mended. */
static enum ms_status s_add_block(struct s_walk *walk, const struct s_block *block) {
    struct ms_build *build = walk->build;
    uint32_t index;
    enum ms_status status = s_find_group(walk, block, &index);
    if (status != MS_OK)
        return status;
    struct ms_build_group *group = &build->groups[index];
    group->count++;
    group->bytes += block->size;
    if (block->time_ns < group->first_ns)
        group->first_ns = block->time_ns;
    return MS_OK;
}

/* The block at RECORD, as it was while `address_thread` did not change; false: none. */
static bool s_read_block(const struct ms_block *record, struct s_block *block, uint64_t *address) {
    uint64_t before =
        ms_load_acquire(&record->address_thread); /* pairs with the store that makes
                                                     it live, and the one that ends it */
    if (before == 0)
        return false;
    struct ms_block copy = *record;
    ms_fence_acquire();
    if (ms_load_relaxed(&record->address_thread) != before)
        return false;
    *block = (struct s_block){MS_BLOCK_SIZE(&copy), MS_BLOCK_TIME_NS(&copy), copy.site, copy.owner,
                              copy.stack};
    *address = before >> 16;
    return true;
}

/* A block is put into the table before it stops being pending. It is counted then too, or was just
 * about to be. */
static void s_mark_entered(struct s_walk *walk, uint64_t address) {
    const uint32_t *at = ms_index_find(&walk->pending_index, address);
    if (at != NULL)
        walk->pending[*at].in_table = true;
}

static enum ms_status s_walk_table(struct s_walk *walk) {
    const struct ms_journal *journal = walk->build->journal;
    uint64_t count = ms_journal_count(journal, MS_TABLE_BLOCKS);
    enum ms_status status = MS_OK;
    for (uint64_t i = 1; status == MS_OK && i < count; i++) {
        const struct ms_block *record = ms_journal_entry(journal, MS_TABLE_BLOCKS, i);
        struct s_block block;
        uint64_t address;
        if (record == NULL || !s_read_block(record, &block, &address))
            continue;
        s_mark_entered(walk, address);
        s_mend(walk->build, &block);
        status = s_add_block(walk, &block);
    }
    return status;
}

/* Copies the pending blocks of all threads before the table is walked: one that is entered into the
 * table meanwhile is then seen at least once. */
static enum ms_status s_collect_pending(struct s_walk *walk) {
    const struct ms_journal *journal = walk->build->journal;
    uint64_t count = ms_journal_count(journal, MS_TABLE_THREADS);
    for (uint64_t i = 0; i < count; i++) {
        const struct ms_thread_record *thread = ms_journal_entry(journal, MS_TABLE_THREADS, i);
        uint64_t address = thread != NULL ? ms_load_acquire(&thread->pending.address) : 0;
        if (address == 0)
            continue;
        struct s_pending *all = ms_array_grow(walk->pending, &walk->pending_capacity,
                                              walk->pending_count, sizeof(*all));
        if (all == NULL)
            return MS_NO_MEMORY;
        walk->pending = all;
        struct s_pending *pending = &all[walk->pending_count];
        *pending = (struct s_pending){.record = thread->pending};
        ms_fence_acquire();
        if (((ms_load_relaxed(&thread->pending.address) ^ address) & ~MS_PENDING_FLAGS) != 0)
            continue; /* it has moved on: the block is in the table now, or freed */
        if (ms_index_put(&walk->pending_index, address & ~MS_PENDING_FLAGS, walk->pending_count,
                         NULL) == NULL)
            return MS_NO_MEMORY;
        walk->pending_count++;
    }
    return MS_OK;
}

/* A run-time address as a frame word: the module that was there last. */
static uint64_t s_frame_word(const struct ms_build *build, uint64_t address) {
    uint64_t count = ms_journal_count(build->journal, MS_TABLE_MODULES);
    for (uint64_t i = count; i-- > 1;) {
        const struct ms_module *module = ms_journal_entry(build->journal, MS_TABLE_MODULES, i);
        /* A return address may be the first byte behind the module's code. */
        if (module != NULL && address > module->start && address <= module->end)
            return i << MS_FRAME_MODULE_SHIFT | ((address - module->base) & MS_FRAME_OFFSET_MASK);
    }
    return address & MS_FRAME_OFFSET_MASK;
}

/* The site of a block that no site has claimed yet: the CALLER site that the writer would have
 * given it, made here if it is the first block from there. */
static enum ms_status s_find_caller(struct s_walk *walk, uint64_t frame_address, uint32_t *site) {
    struct ms_build *build = walk->build;
    for (uint32_t i = 0; !walk->has_caller_index && i < build->site_count; i++) {
        if (build->sites[i].kind == MEMSCOPE_SITE_CALLER &&
            ms_index_put(&walk->caller_index, build->sites[i].frame, i, NULL) == NULL)
            return MS_NO_MEMORY;
    }
    walk->has_caller_index = true;
    bool added;
    uint64_t word = s_frame_word(build, frame_address);
    const uint32_t *known = ms_index_put(&walk->caller_index, word, build->site_count, &added);
    if (known == NULL)
        return MS_NO_MEMORY;
    *site = *known;
    if (!added)
        return MS_OK;
    struct ms_build_site *sites =
        ms_array_grow(build->sites, &build->site_capacity, build->site_count, sizeof(*sites));
    if (sites == NULL)
        return MS_NO_MEMORY;
    build->sites = sites;
    sites[build->site_count++] = (struct ms_build_site){
        .kind = MEMSCOPE_SITE_CALLER, .frame = word, .top_stack = MEMSCOPE_NO_ID};
    return MS_OK;
}

static enum ms_status s_add_pending(struct s_walk *walk, const struct ms_pending *record) {
    struct ms_build *build = walk->build;
    struct s_block block = {record->size, record->time * TIME_UNIT_NS, record->site, record->owner,
                            record->stack};
    enum ms_status status = MS_OK;
    s_mend(build, &block);
    if (block.site == 0 && record->frame_address != 0)
        status = s_find_caller(walk, record->frame_address, &block.site);
    if (status == MS_OK)
        status = s_add_block(walk, &block);
    if (status != MS_OK)
        return status;
    struct ms_build_site *site = &build->sites[block.site];
    site->allocations++;
    site->alloc_bytes += block.size;
    unsigned bucket = block.size == 0 ? 0 : 64 - (unsigned)__builtin_clzll(block.size);
    build->pending_sizes[bucket < 64 ? bucket : 63]++;
    return MS_OK;
}

/* What the groups say about stacks, and about the sites that made and hold the blocks. */
static enum ms_status s_share_out(struct ms_build *build) {
    struct ms_index at_site = {0}; /* site, stack -> sums */
    uint64_t *sums = calloc((size_t)build->group_count + 1, sizeof(*sums));
    enum ms_status status = sums != NULL ? MS_OK : MS_NO_MEMORY;
    for (uint32_t i = 0; status == MS_OK && i < build->group_count; i++) {
        const struct ms_build_group *group = &build->groups[i];
        build->sites[group->owner != 0 ? group->owner : group->site].held_bytes += group->bytes;
        if (group->stack == 0)
            continue;
        build->stacks[group->stack_index].live_count += group->count;
        build->stacks[group->stack_index].live_bytes += group->bytes;
        const uint32_t *slot =
            ms_index_put(&at_site, ms_index_pair(group->site, group->stack), i, NULL);
        if (slot == NULL) {
            status = MS_NO_MEMORY;
            break;
        }
        uint64_t bytes = sums[*slot] += group->bytes;
        struct ms_build_site *site = &build->sites[group->site];
        if (site->top_stack == MEMSCOPE_NO_ID || bytes > site->top_stack_bytes) {
            site->top_stack = group->stack;
            site->top_stack_bytes = bytes;
        }
    }
    free(sums);
    ms_index_fini(&at_site);
    return status;
}

enum ms_status ms_build_blocks(struct ms_build *build) {
    struct s_walk walk = {.build = build};
    enum ms_status status = s_collect_pending(&walk);
    if (status == MS_OK)
        status = s_walk_table(&walk);
    for (uint32_t i = 0; status == MS_OK && i < walk.pending_count; i++)
        if (!walk.pending[i].in_table)
            status = s_add_pending(&walk, &walk.pending[i].record);
    if (status == MS_OK)
        status = s_share_out(build);
    s_walk_fini(&walk);
    return status;
}
