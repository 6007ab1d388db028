/* SPDX-License-Identifier: MIT */
#include "hot/pool_regions.h"

#include "base/atomics.h"
#include "hot/hooks.h"
#include "hot/pools.h"
#include "platform/os.h"
#include "store/live.h"
#include "store/store.h"

#define REGION_LIMIT (UINT32_C(1) << 20)
#define GUEST_LIMIT  (UINT32_C(1) << 21)
#define LARGE_BYTES                                                                                \
    4096u /* how far back a block of malloc's is looked for; larger ones are on a list */
#define LARGE_LIMIT  64u
#define HEADER_LIMIT 64u /* bytes that a wrapper of malloc keeps in front of its blocks */
#define FILTER_SIZE  4096u

/* One region of a leaf. */
struct s_guest {
    uint32_t region, next;
};

/* Synchronization: the lock of pools. */
static struct ms_pool_region *s_regions;
static struct s_guest *s_guests;
static uint32_t s_region_count, s_guest_count, s_free_guest;
static uint32_t s_large[LARGE_LIMIT], s_large_count; /* regions, as a ring */

/* Regions whose start has that hash: read without the lock. */
static uint8_t s_filter[FILTER_SIZE];

bool ms_pool_regions_prepare(void) {
    s_guests = ms_os_map_pages(GUEST_LIMIT * sizeof(*s_guests));
    s_regions = ms_os_map_pages(REGION_LIMIT * sizeof(*s_regions));
    s_region_count = s_guest_count = 1;
    return s_guests != NULL && s_regions != NULL;
}

static uint8_t *s_filter_of(uintptr_t address) {
    return &s_filter[(address >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 52];
}

/* The innermost region of LEAF around ADDRESS, 0: none; with ID, that of the pooled block ID. Drops
 * those that are over. */
static uint32_t s_around(struct ms_pooled_leaf *leaf, uintptr_t address, uint32_t id) {
    uint32_t best = 0, *link = &leaf->first_guest;
    while (*link != 0) {
        struct s_guest *guest = &s_guests[*link];
        struct ms_pool_region *region = &s_regions[guest->region];
        if (region->end == 0) {
            uint32_t gone = *link;
            region->leaves--;
            *link = guest->next;
            guest->next = s_free_guest;
            s_free_guest = gone;
            continue;
        }
        uintptr_t size = region->end - region->start;
        if (address - region->start < size &&
            (id == 0 || region->parent == (id | MS_PARENT_POOLED)) &&
            (best == 0 || size < s_regions[best].end - s_regions[best].start))
            best = guest->region;
        link = &guest->next;
    }
    return best;
}

static void s_add_guest(struct ms_pooled_leaf *leaf, uint32_t region) {
    uint32_t guest = s_free_guest;
    if (guest != 0)
        s_free_guest = s_guests[guest].next;
    else if (s_guest_count < GUEST_LIMIT)
        guest = s_guest_count++;
    else
        return;
    s_guests[guest] = (struct s_guest){region, leaf->first_guest};
    leaf->first_guest = guest;
    s_regions[region].leaves++;
}

/* The same where LEAF may name it already. */
static void s_visit(struct ms_pooled_leaf *leaf, uint32_t region) {
    for (uint32_t i = leaf->first_guest; i != 0; i = s_guests[i].next)
        if (s_guests[i].region == region)
            return;
    s_add_guest(leaf, region);
}

/* A region for START..END, 0: no room. */
static uint32_t s_new_region(uintptr_t start, uintptr_t end, uint32_t parent) {
    static uint32_t s_hand; /* where the last number was found that is free again */
    uint32_t number = s_region_count;
    if (number < REGION_LIMIT) {
        /* Numbers of regions that are over are used again before new ones are. */
        for (unsigned i = 0; i < 8 && s_region_count > 64; i++) {
            s_hand = s_hand % (s_region_count - 1) + 1;
            if (s_regions[s_hand].end == 0 && s_regions[s_hand].leaves == 0) {
                number = s_hand;
                break;
            }
        }
        s_region_count += number == s_region_count;
    } else {
        return 0;
    }
    s_regions[number] = (struct ms_pool_region){start, end, parent, 0};
    uint8_t *filter = s_filter_of(start);
    if (*filter != UINT8_MAX) /* stays: a wrong yes costs a look */
        ms_store_relaxed(filter, (uint8_t)(*filter + 1));
    struct ms_pooled_leaf *leaf = ms_pooled_leaf_make(start);
    if (leaf != NULL)
        s_add_guest(leaf, number);
    if (end - start >= LARGE_BYTES)
        s_large[s_large_count++ % LARGE_LIMIT] = number;
    ms_store_relaxed(&ms_pools_used, true);
    ms_hooks_watch();
    return number;
}

/* Record ID of the block of malloc's around ADDRESS, 0: none. A look at each. */
static uint32_t s_heap_block_anywhere(uintptr_t address) {
    uint64_t count = ms_load_acquire(&ms_store.header->used[MS_TABLE_BLOCKS]);
    for (uint64_t id = 1; id < count; id++) {
        const struct ms_block *block = ms_block_at((uint32_t)id);
        uintptr_t start = ms_load_relaxed(&block->address_thread) >> 16;
        if (start != 0 && address >= start && address - start < MS_BLOCK_SIZE(block))
            return (uint32_t)id;
    }
    return 0;
}

static uint32_t s_region_of_block(uint32_t id) {
    const struct ms_block *block = ms_block_at(id);
    uintptr_t start = MS_BLOCK_ADDRESS(block);
    return s_new_region(start, start + MS_BLOCK_SIZE(block), id);
}

static uint32_t s_large_around(uintptr_t address) {
    for (uint32_t i = 0; i < LARGE_LIMIT && i < s_large_count; i++) {
        const struct ms_pool_region *region = &s_regions[s_large[i]];
        if (address >= region->start && address < region->end)
            return s_large[i];
    }
    return 0;
}

/* The bit of a page of LEAF that is known to lie in no block of malloc's. */
static uint32_t s_page_mark(uintptr_t address) {
    return UINT32_C(1) << ((address >> 12) & 15);
}

/* The region that ADDRESS lies in; 0: none, or not known. What is live around it is around it. */
static uint32_t s_find(struct ms_pooled_leaf *leaf, uintptr_t address) {
    uint32_t value, number = s_around(leaf, address, 0);
    uintptr_t before = ms_pooled_before(address, MS_POOL_NEAR_SLOTS, &value);
    if (before != 0 && (value & MS_POOLED_FREED) == 0) {
        const struct ms_pooled_block *block = ms_pooled_block_at(value);
        uintptr_t start = MS_BLOCK_ADDRESS(block);
        uint64_t size = MS_BLOCK_SIZE(block);
        bool is_inner = number == 0 || size < s_regions[number].end - s_regions[number].start;
        if (address - start < size && is_inner) {
            number = s_new_region(start, start + size, value | MS_PARENT_POOLED);
            if (number != 0)
                s_visit(leaf, number);
        }
    }
    if (number != 0)
        return number;
    /* A page that belonged to nobody may be malloc's by now: then a block starts at its start. */
    bool is_foreign = (leaf->marks & s_page_mark(address)) != 0;
    uint32_t id = ms_live_around(address, is_foreign ? HEADER_LIMIT : LARGE_BYTES);
    if (id != 0)
        number = s_region_of_block(id);
    else if (is_foreign)
        return 0;
    else
        number = s_large_around(address);
    if (number == 0 && (id = s_heap_block_anywhere(address)) != 0)
        number = s_region_of_block(id);
    if (number != 0)
        s_visit(leaf, number);
    else
        leaf->marks |= s_page_mark(address);
    return number;
}

static struct ms_pool_region *s_region(uint32_t number) {
    return number != 0 ? &s_regions[number] : NULL;
}

bool ms_pool_regions_may_start(uintptr_t address) {
    return ms_load_relaxed(s_filter_of(address)) != 0;
}

struct ms_pool_region *ms_pool_regions_around(struct ms_pooled_leaf *leaf, uintptr_t address,
                                              uint32_t id) {
    return s_region(s_around(leaf, address, id));
}

struct ms_pool_region *ms_pool_regions_at(const struct ms_pooled_leaf *leaf, uintptr_t address) {
    for (uint32_t i = leaf->first_guest; i != 0; i = s_guests[i].next) {
        struct ms_pool_region *region = &s_regions[s_guests[i].region];
        if (region->end != 0 && region->start == address &&
            (region->parent & MS_PARENT_POOLED) == 0)
            return region;
    }
    return NULL;
}

const struct ms_pool_region *ms_pool_regions_find(struct ms_pooled_leaf *leaf, uintptr_t address) {
    return s_region(s_find(leaf, address));
}
