/* SPDX-License-Identifier: MIT */
/*
 * Walks the live blocks. A block is in the counters of its site, unless it is its thread's pending
 * block: that is added to the sums of the site it will have here. So are frees of pending blocks by
 * other threads, which wait in the inbox of the thread that made them.
 */
#include "model/build.h"

#include <stdlib.h>

#include "base/atomics.h"
#include "model/array.h"
#include "model/slack.h"

struct s_block {
    uint64_t size;
    uint64_t time_ns;
    uint32_t site;
    uint32_t owner;
    uint32_t lost;
    uint32_t reach;
    uint32_t stack;
    uint32_t thread;
    bool is_pooled;
    double probability; /* that it was sampled */
};

#define NO_SITE UINT32_MAX
#define NO_PART UINT32_MAX

/* Pending blocks of one thread that others have freed: one, and those that its next allocations
 * made while it was about to look. */
#define MAX_INBOX 64u

/* A pending block, copied while it stood still. */
struct s_pending {
    struct ms_pending record;
    struct ms_build_surplus *surplus; /* of its thread's shard; NULL: none */
    uint32_t site;                    /* NO_SITE: not looked for yet */
};

struct s_walk {
    struct ms_build *build;
    struct ms_index owner_index; /* site, owner -> number of that pair */
    uint32_t owner_count;
    struct ms_index holder_index; /* number of the pair, loss and reach -> number of the three */
    uint32_t holder_count;
    struct ms_index group_index; /* number of the three, stack -> groups */
    struct ms_index part_index;  /* group, thread -> parts */
    struct ms_index
        caller_index; /* hash of frame words of CALLER sites -> site; made when needed */
    bool has_caller_index;
    struct s_pending *pending;
    uint32_t pending_count, pending_capacity;
    struct ms_index pending_index; /* block -> pending */
};

static void s_walk_fini(struct s_walk *walk) {
    ms_index_fini(&walk->owner_index);
    ms_index_fini(&walk->holder_index);
    ms_index_fini(&walk->group_index);
    ms_index_fini(&walk->part_index);
    ms_index_fini(&walk->caller_index);
    ms_index_fini(&walk->pending_index);
    free(walk->pending);
}

static enum ms_status s_find_group(struct s_walk *walk, const struct s_block *block,
                                   uint32_t *index) {
    struct ms_build *build = walk->build;
    uint32_t stack = ms_build_stack_of_site(build, block->stack, block->site);
    bool added;
    const uint32_t *pair = ms_index_put(
        &walk->owner_index, ms_index_pair(block->site, block->owner), walk->owner_count, &added);
    if (pair == NULL)
        return MS_NO_MEMORY;
    walk->owner_count += added;
    uint32_t last_seen = block->lost | block->reach << MS_HOLDER_SITE_BITS;
    const uint32_t *three = ms_index_put(&walk->holder_index, ms_index_pair(*pair, last_seen),
                                         walk->holder_count, &added);
    if (three == NULL)
        return MS_NO_MEMORY;
    walk->holder_count += added;
    const uint32_t *known =
        ms_index_put(&walk->group_index, ms_index_pair(*three, stack), build->group_count, &added);
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
    *group = (struct ms_build_group){.site = block->site,
                                     .owner = block->owner,
                                     .lost = block->lost,
                                     .reach = block->reach,
                                     .stack = stack,
                                     .newest_part = NO_PART,
                                     .first_ns = UINT64_MAX};
    if (stack == 0)
        return MS_OK;
    enum ms_status status = ms_build_find_stack(build, stack, &group->stack_index);
    if (status == MS_OK) {
        build->stacks[group->stack_index].is_shown = true;
        if (build->stacks[group->stack_index].site == 0)
            build->stacks[group->stack_index].site = block->site;
    }
    return status;
}

/* What THREAD has made of group INDEX. Blocks of one thread mostly lie side by side. */
static enum ms_status s_find_part(struct s_walk *walk, uint32_t index, uint32_t thread,
                                  struct ms_build_part **part) {
    struct ms_build *build = walk->build;
    struct ms_build_group *group = &build->groups[index];
    bool added;
    if (group->newest_part != NO_PART && build->live_parts[group->newest_part].thread == thread) {
        *part = &build->live_parts[group->newest_part];
        return MS_OK;
    }
    const uint32_t *known =
        ms_index_put(&walk->part_index, ms_index_pair(index, thread), build->part_count, &added);
    if (known == NULL)
        return MS_NO_MEMORY;
    group->newest_part = *known;
    if (added) {
        struct ms_build_part *parts = ms_array_grow(build->live_parts, &build->part_capacity,
                                                    build->part_count, sizeof(*parts));
        if (parts == NULL)
            return MS_NO_MEMORY;
        build->live_parts = parts;
        parts[build->part_count++] = (struct ms_build_part){.group = index, .thread = thread};
    }
    *part = &build->live_parts[group->newest_part];
    return MS_OK;
}

/* Replaces what cannot be by "not known". Sites and stacks that a running process has made since
 * we began to read are beyond what we see, and no damage. */
static void s_mend(struct ms_build *build, struct s_block *block) {
    bool damaged = false;
    if (block->site >= build->journal_site_count) {
        block->site = 0;
        damaged = true;
    }
    if (block->owner >= build->journal_site_count) {
        block->owner = 0;
        damaged = true;
    }
    if (block->lost >= build->journal_site_count) {
        block->lost = 0;
        damaged = true;
    }
    if (block->stack >= ms_journal_count(build->journal, MS_TABLE_STACKS)) {
        block->stack = 0;
        damaged = true;
    }
    if (damaged && build->report->process.exit != MEMSCOPE_EXIT_RUNNING)
        build->damaged_blocks++;
}

/* BLOCK is mended. */
static enum ms_status s_add_block(struct s_walk *walk, const struct s_block *block) {
    struct ms_build *build = walk->build;
    struct ms_build_part *part;
    uint32_t index;
    enum ms_status status = s_find_group(walk, block, &index);
    if (status == MS_OK)
        status = s_find_part(walk, index, block->thread, &part);
    if (status != MS_OK)
        return status;
    ms_weighted_add(&part->blocks, (double)block->size, block->probability);
    struct ms_build_group *group = &build->groups[index];
    group->count++;
    group->bytes += block->size;
    group->slack_bytes += ms_slack_usable(block->size) - block->size;
    if (build->sampled) {
        ms_weighted_add(&group->weighted, (double)block->size, block->probability);
        if (!block->is_pooled && block->thread < build->thread_count)
            ms_weighted_add(&build->threads[block->thread], (double)block->size,
                            block->probability);
    }
    if (block->time_ns < group->first_ns)
        group->first_ns = block->time_ns;
    return MS_OK;
}

/* The block at RECORD, as it was while `address_thread` did not change; false: none. */
static bool s_read_block(const struct ms_block *record, struct s_block *block) {
    uint64_t before =
        ms_load_acquire(&record->address_thread); /* pairs with the store that makes
                                                     it live, and the one that ends it */
    if (before == 0)
        return false;
    struct ms_block copy = *record;
    ms_fence_acquire();
    if (ms_load_relaxed(&record->address_thread) != before)
        return false;
    *block = (struct s_block){
        .size = MS_BLOCK_SIZE(&copy),
        .time_ns = MS_BLOCK_TIME_NS(&copy),
        .site = copy.site,
        .owner = MS_HOLDER_OWNER(copy.holder),
        .lost = (copy.holder & MS_HOLDER_LOST) != 0 ? MS_HOLDER_OTHER(copy.holder) : 0,
        .reach = MS_HOLDER_REACH(copy.holder),
        .stack = copy.stack,
        .thread = MS_BLOCK_THREAD(&copy),
        .probability = 1,
    };
    return true;
}

/* With which probability the block of record ID was sampled. */
static double s_probability(const struct ms_build *build, uint64_t id) {
    const float *stored =
        build->sampled ? ms_journal_entry(build->journal, MS_TABLE_PROBABILITIES, id) : NULL;
    return stored != NULL && *stored > 0 && *stored <= 1 ? (double)*stored : 1;
}

static bool s_read_pooled(const struct ms_pooled_block *record, struct s_block *block) {
    uint64_t before = ms_load_acquire(&record->address_thread); /* as in s_read_block */
    if (before == 0)
        return false;
    struct ms_pooled_block copy = *record;
    ms_fence_acquire();
    if (ms_load_relaxed(&record->address_thread) != before)
        return false;
    *block = (struct s_block){
        .size = MS_BLOCK_SIZE(&copy),
        .time_ns = MS_BLOCK_TIME_NS(&copy),
        .site = copy.site,
        .stack = copy.stack,
        .thread = MS_BLOCK_THREAD(&copy),
        .is_pooled = true,
        .probability = 1,
    };
    return true;
}

/* Copies the pending blocks of all threads, before the table is walked. */
static enum ms_status s_collect_pending(struct s_walk *walk) {
    const struct ms_journal *journal = walk->build->journal;
    uint64_t count = ms_journal_count(journal, MS_TABLE_THREADS);
    for (uint64_t i = 0; i < count; i++) {
        const struct ms_thread_record *thread = ms_journal_entry(journal, MS_TABLE_THREADS, i);
        if (thread == NULL || ms_load_acquire(&thread->pending.frame_address) == 0)
            continue;
        struct s_pending *all = ms_array_grow(walk->pending, &walk->pending_capacity,
                                              walk->pending_count, sizeof(*all));
        if (all == NULL)
            return MS_NO_MEMORY;
        walk->pending = all;
        struct ms_pending copy = thread->pending;
        struct ms_build *build = walk->build;
        struct ms_build_surplus *surplus = NULL; /* a thread that had ended was not cut off */
        if (thread->shard < build->surplus_count && ms_load_relaxed(&thread->end_ns) == 0)
            surplus = &build->surplus[thread->shard];
        all[walk->pending_count] = (struct s_pending){copy, surplus, NO_SITE};
        ms_fence_acquire();
        if (ms_load_relaxed(&thread->pending.block) != copy.block)
            continue; /* it has moved on: its site has counted it */
        if (copy.block != 0 &&
            ms_index_put(&walk->pending_index, copy.block, walk->pending_count, NULL) == NULL)
            return MS_NO_MEMORY;
        walk->pending_count++;
    }
    return MS_OK;
}

uint64_t ms_build_frame_word(const struct ms_build *build, uint64_t address) {
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
    uint64_t word = ms_build_frame_word(build, frame_address);
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

/* Counts PENDING as made by its site, and by its stack where it has COUNTED_BY, unless the end came
 * when that had been done. */
static void s_count_made(const struct s_pending *pending, struct ms_build_site *site,
                         struct ms_build_stack *counted_by) {
    struct ms_build_surplus *surplus = pending->surplus;
    bool is_missing = surplus == NULL || (int64_t)surplus->allocations <= 0;
    if (is_missing)
        site->allocations++;
    else
        surplus->allocations--;
    if (is_missing && counted_by != NULL) {
        counted_by->allocations++;
        counted_by->alloc_bytes += pending->record.size;
    }
    if (surplus != NULL && (int64_t)surplus->bytes > 0 && surplus->bytes >= pending->record.size)
        surplus->bytes -= pending->record.size;
    else
        site->alloc_bytes += pending->record.size;
}

/* The stack STACK (0: none) where that counts blocks of SITE. */
static enum ms_status s_find_counting(struct ms_build *build, uint32_t stack, uint32_t site,
                                      struct ms_build_stack **out) {
    uint32_t index;
    *out = NULL;
    if (!build->has_stack_totals || stack == 0 ||
        stack >= ms_journal_count(build->journal, MS_TABLE_STACKS))
        return MS_OK;
    enum ms_status status =
        ms_build_find_stack(build, ms_build_stack_of_site(build, stack, site), &index);
    if (status != MS_OK)
        return status;
    struct ms_build_stack *found = &build->stacks[index];
    if (found->site == 0)
        found->site = site;
    if (found->site == site)
        *out = found;
    return MS_OK;
}

/* Finds the site of PENDING, whose block has STACK: it counts it as made. */
static enum ms_status s_settle(struct s_walk *walk, struct s_pending *pending, uint32_t stack) {
    struct ms_build *build = walk->build;
    struct s_block claimed = {.site = pending->record.site};
    s_mend(build, &claimed);
    pending->site = claimed.site;
    enum ms_status status = MS_OK;
    if (pending->site == 0)
        status = s_find_caller(walk, pending->record.frame_address, &pending->site);
    struct ms_build_stack *counted_by = NULL;
    if (status == MS_OK)
        status = s_find_counting(build, stack, pending->site, &counted_by);
    if (status != MS_OK)
        return status;
    s_count_made(pending, &build->sites[pending->site], counted_by);
    return MS_OK;
}

/* BLOCK, which is record ID, gets its site where it is pending. */
static enum ms_status s_settle_block(struct s_walk *walk, uint64_t id, struct s_block *block) {
    const uint32_t *at = block->site == 0 ? ms_index_find(&walk->pending_index, id) : NULL;
    if (at == NULL || walk->pending[*at].site != NO_SITE) /* twice: the journal is damaged */
        return MS_OK;
    enum ms_status status = s_settle(walk, &walk->pending[*at], block->stack);
    block->site = walk->pending[*at].site;
    if (status != MS_OK || !walk->build->sampled)
        return status;
    double probability = s_probability(walk->build, id);
    struct ms_build_stack *counted_by;
    ms_weighted_add(&walk->build->sites[block->site].made, (double)block->size, probability);
    status = s_find_counting(walk->build, block->stack, block->site, &counted_by);
    if (counted_by != NULL)
        ms_weighted_add(&counted_by->made, (double)block->size, probability);
    return status;
}

/* Whether PENDING is in no other place: it never had a record, or the process ended while another
 * thread had freed it and not yet put it into the inbox. */
static bool s_is_nowhere(const struct ms_build *build, const struct s_pending *pending) {
    if (pending->record.block == 0)
        return true;
    const struct ms_block *record =
        ms_journal_entry(build->journal, MS_TABLE_BLOCKS, pending->record.block);
    return pending->site == NO_SITE && build->report->process.exit != MEMSCOPE_EXIT_RUNNING &&
           record != NULL && ms_load_acquire(&record->address_thread) == 0;
}

/* Those pending blocks count as made and freed; in a sampled journal as made. */
static enum ms_status s_settle_others(struct s_walk *walk) {
    enum ms_status status = MS_OK;
    for (uint32_t i = 0; status == MS_OK && i < walk->pending_count; i++) {
        struct s_pending *pending = &walk->pending[i];
        if (!s_is_nowhere(walk->build, pending))
            continue;
        status = s_settle(walk, pending, 0);
        if (status != MS_OK)
            break;
        if (walk->build->sampled)
            continue;
        walk->build->sites[pending->site].frees++;
        walk->build->sites[pending->site].free_bytes += pending->record.size;
    }
    return status;
}

static enum ms_status s_walk_table(struct s_walk *walk) {
    const struct ms_journal *journal = walk->build->journal;
    uint64_t count = ms_journal_count(journal, MS_TABLE_BLOCKS);
    enum ms_status status = MS_OK;
    for (uint64_t i = 1; status == MS_OK && i < count; i++) {
        const struct ms_block *record = ms_journal_entry(journal, MS_TABLE_BLOCKS, i);
        struct s_block block;
        if (i % 65536 == 0)
            ms_build_progress(walk->build, i, count);
        if (record == NULL || !s_read_block(record, &block))
            continue;
        s_mend(walk->build, &block);
        block.probability = s_probability(walk->build, i);
        status = s_settle_block(walk, i, &block);
        if (status == MS_OK)
            status = s_add_block(walk, &block);
    }
    return status;
}

/* ---- pooled blocks ---- */

/* Takes SIZE bytes, which are shown as what they are, off the live block that PARENT
 * (ms_pooled_block.parent) tells; there may be none. */
static enum ms_status s_take_off_parent(struct s_walk *walk, uint32_t parent, uint64_t size) {
    const struct ms_journal *journal = walk->build->journal;
    struct ms_build_part *part;
    struct s_block block;
    uint32_t index;
    if ((parent & MS_PARENT_POOLED) != 0) {
        const struct ms_pooled_block *record =
            ms_journal_entry(journal, MS_TABLE_POOLED, parent & ~MS_PARENT_POOLED);
        if (record == NULL || !s_read_pooled(record, &block))
            return MS_OK;
    } else {
        const struct ms_block *record = ms_journal_entry(journal, MS_TABLE_BLOCKS, parent);
        if (record == NULL || !s_read_block(record, &block))
            return MS_OK;
        const uint32_t *at = block.site == 0 ? ms_index_find(&walk->pending_index, parent) : NULL;
        if (at != NULL && walk->pending[*at].site != NO_SITE)
            block.site = walk->pending[*at].site;
    }
    if (block.site >= walk->build->site_count || block.owner >= walk->build->site_count ||
        block.lost >= walk->build->site_count)
        return MS_OK;
    enum ms_status status = s_find_group(walk, &block, &index);
    if (status == MS_OK)
        status = s_find_part(walk, index, block.thread, &part);
    if (status != MS_OK)
        return status;
    walk->build->groups[index].inside_bytes += size;
    part->inside_bytes += (double)size;
    return MS_OK;
}

static enum ms_status s_add_pooled(struct s_walk *walk, const struct ms_pooled_block *record) {
    struct s_block block;
    uint32_t in = ms_load_relaxed(&record->parent);
    if (!s_read_pooled(record, &block))
        return MS_OK;
    s_mend(walk->build, &block);
    enum ms_status status = s_add_block(walk, &block);
    if (in == 0)
        walk->build->pooled_outside_bytes += block.size;
    if (status != MS_OK || in == 0)
        return status;
    return s_take_off_parent(walk, in, block.size);
}

/* What lies in a block is shown as it is; of the block itself is shown what is left. */
static enum ms_status s_walk_pooled(struct s_walk *walk) {
    struct ms_build *build = walk->build;
    uint64_t count = ms_journal_count(build->journal, MS_TABLE_POOLED);
    enum ms_status status = MS_OK;
    for (uint64_t i = 1; status == MS_OK && i < count; i++) {
        const struct ms_pooled_block *record = ms_journal_entry(build->journal, MS_TABLE_POOLED, i);
        if (record != NULL)
            status = s_add_pooled(walk, record);
    }
    for (uint32_t i = 0; i < build->group_count; i++)
        build->groups[i].bytes =
            ms_build_minus(build->groups[i].bytes, build->groups[i].inside_bytes);
    return status;
}

/* ---- inboxes ---- */

/* The free of record ID, which has waited in an inbox. */
static enum ms_status s_free_from_inbox(struct s_walk *walk, uint32_t id) {
    const struct ms_block *record = ms_journal_entry(walk->build->journal, MS_TABLE_BLOCKS, id);
    if (record == NULL || ms_load_acquire(&record->address_thread) != 0)
        return MS_OK;
    struct s_block block = {
        .size = MS_BLOCK_SIZE(record), .site = record->site, .stack = MS_BLOCK_LEFT_STACK(record)};
    s_mend(walk->build, &block);
    enum ms_status status = s_settle_block(walk, id, &block);
    if (status == MS_OK) {
        walk->build->sites[block.site].frees++;
        walk->build->sites[block.site].free_bytes += block.size;
    }
    return status;
}

/* An inbox is emptied at once: one that still has the same first record was not touched while it
 * was read. */
static enum ms_status s_read_inbox(struct s_walk *walk, const struct ms_thread_record *thread) {
    const struct ms_journal *journal = walk->build->journal;
    uint32_t ids[MAX_INBOX], count = 0, first = ms_load_acquire(&thread->inbox);
    for (uint32_t id = first; id != 0 && count < MAX_INBOX;) {
        const struct ms_block *record = ms_journal_entry(journal, MS_TABLE_BLOCKS, id);
        ids[count++] = id;
        id = record != NULL ? ms_load_relaxed(&record->next) : 0;
    }
    ms_fence_acquire();
    enum ms_status status = MS_OK;
    for (uint32_t i = 0; status == MS_OK && ms_load_relaxed(&thread->inbox) == first && i < count;
         i++)
        status = s_free_from_inbox(walk, ids[i]);
    return status;
}

static enum ms_status s_read_inboxes(struct s_walk *walk) {
    const struct ms_journal *journal = walk->build->journal;
    uint64_t count = ms_journal_count(journal, MS_TABLE_THREADS);
    enum ms_status status = MS_OK;
    for (uint64_t i = 0; status == MS_OK && i < count; i++) {
        const struct ms_thread_record *thread = ms_journal_entry(journal, MS_TABLE_THREADS, i);
        if (thread != NULL)
            status = s_read_inbox(walk, thread);
    }
    return status;
}

static enum ms_status s_make_threads(struct ms_build *build) {
    if (!build->sampled)
        return MS_OK;
    build->thread_count = ms_journal_count(build->journal, MS_TABLE_THREADS);
    build->threads = calloc(build->thread_count + 1, sizeof(*build->threads));
    return build->threads != NULL ? MS_OK : MS_NO_MEMORY;
}

enum ms_status ms_build_blocks(struct ms_build *build) {
    struct s_walk walk = {.build = build};
    enum ms_status status = s_make_threads(build);
    if (status == MS_OK)
        status = s_collect_pending(&walk);
    if (status == MS_OK)
        status = s_walk_table(&walk);
    if (status == MS_OK)
        status = s_walk_pooled(&walk);
    if (status == MS_OK)
        status = s_read_inboxes(&walk);
    if (status == MS_OK)
        status = s_settle_others(&walk);
    s_walk_fini(&walk);
    return status;
}
