/* SPDX-License-Identifier: MIT */
/*
 * Addresses to block records, as a hash table: for large blocks and what address_map.h has no room
 * for.
 *
 * A slot is 32 bits: 0 when empty, else record id | tag, the tag being 5 more bits of the address'
 * hash, so that most slots of other blocks are told apart without a look at their records. 16 slots
 * are one cache line, a bucket is a line. When a bucket is full the block goes to its neighbour,
 * then to an older level, then a new level of twice the size is added; nothing is ever moved, so
 * there is no pause. Levels are searched newest first.
 *
 * Synchronization: slots are changed by compare-and-swap while the process has several threads, by
 * plain stores while it has one.
 */
#ifndef MS_STORE_ADDRESS_HASH_H
#define MS_STORE_ADDRESS_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/single_threaded.h>

#include "store/blocks.h"

#define MS_ADDRESS_HASH_SLOTS   16u
#define MS_ADDRESS_HASH_LEVELS  24u
#define MS_ADDRESS_HASH_ID_BITS 27u
#define MS_ADDRESS_HASH_ID_MASK ((UINT32_C(1) << MS_ADDRESS_HASH_ID_BITS) - 1)
static_assert(MS_BLOCK_ID_LIMIT == MS_ADDRESS_HASH_ID_MASK + 1, "an id fits a slot");

struct ms_address_hash_level {
    uint32_t (*lines)[MS_ADDRESS_HASH_SLOTS];
    uint32_t mask; /* of line numbers */
};
/* Synchronization: appended to under the store lock, published by the count. */
extern struct ms_address_hash_level ms_address_hash_levels[MS_ADDRESS_HASH_LEVELS];
extern uint32_t ms_address_hash_level_count;

/* Makes room for SLOT and puts it there; false: no memory. */
bool ms_address_hash_make_room(uint64_t hash, uint32_t slot);

/* Removes the memory of the table: for tests. */
void ms_address_hash_reset(void);

/* Blocks are 16-byte aligned, mostly. The upper half picks the line, the lower bits the tag. */
static inline uint64_t ms_address_hash_mix(uintptr_t address) {
    uint64_t hash = (address >> 4) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ (hash >> 29);
}

static inline uint32_t ms_address_hash_tag(uint64_t hash) {
    return ((uint32_t)hash & 0x1f) << MS_ADDRESS_HASH_ID_BITS;
}

static inline uint32_t *ms_address_hash_line(const struct ms_address_hash_level *level,
                                             uint64_t hash) {
    return level->lines[(uint32_t)(hash >> 32) & level->mask];
}

/* The other line of a bucket's pair: lines are pairwise adjacent. */
static inline uint32_t *ms_address_hash_neighbour(uint32_t *line) {
    return (uint32_t *)((uintptr_t)line ^ (MS_ADDRESS_HASH_SLOTS * sizeof(uint32_t)));
}

static inline bool ms_address_hash_put(uint32_t *line, uint32_t slot) {
    for (unsigned i = 0; i < MS_ADDRESS_HASH_SLOTS; i++) {
        uint32_t empty = ms_load_relaxed(&line[i]);
        if (empty != 0)
            continue;
        if (MS_LIKELY(__libc_single_threaded)) {
            ms_store_relaxed(&line[i], slot);
            return true;
        }
        if (ms_cas_acq_rel(&line[i], &empty, slot))
            return true;
    }
    return false;
}

/* The slot of ADDRESS in LINE with *FOUND its value; NULL: not here. */
static inline uint32_t *ms_address_hash_search(uint32_t *line, uint32_t tag, uintptr_t address,
                                               uint32_t *found) {
    for (unsigned i = 0; i < MS_ADDRESS_HASH_SLOTS; i++) {
        uint32_t slot =
            ms_load_acquire(&line[i]); /* pairs with the insert: the record is written */
        if ((slot & ~MS_ADDRESS_HASH_ID_MASK) != tag || slot == 0)
            continue;
        /* Its thread may be freeing a record that only looks like ours. */
        const struct ms_block *block = ms_block_at(slot & MS_ADDRESS_HASH_ID_MASK);
        if (MS_LIKELY(ms_load_relaxed(&block->address_thread) >> 16 == address)) {
            *found = slot;
            return &line[i];
        }
    }
    return NULL;
}

static inline uint32_t *ms_address_hash_find_slot(uintptr_t address, uint32_t *found) {
    uint64_t hash = ms_address_hash_mix(address);
    uint32_t tag = ms_address_hash_tag(hash);
    for (uint32_t i = ms_load_acquire(&ms_address_hash_level_count); i-- > 0;) {
        uint32_t *line = ms_address_hash_line(&ms_address_hash_levels[i], hash);
        uint32_t *slot = ms_address_hash_search(line, tag, address, found);
        if (MS_UNLIKELY(slot == NULL))
            slot = ms_address_hash_search(ms_address_hash_neighbour(line), tag, address, found);
        if (MS_LIKELY(slot != NULL))
            return slot;
    }
    return NULL;
}

/* Enters the record ID for ADDRESS; false: no memory. */
static inline bool ms_address_hash_insert(uintptr_t address, uint32_t id) {
    uint64_t hash = ms_address_hash_mix(address);
    uint32_t slot = id | ms_address_hash_tag(hash),
             count = ms_load_acquire(&ms_address_hash_level_count);
    if (MS_LIKELY(count != 0) &&
        MS_LIKELY(ms_address_hash_put(
            ms_address_hash_line(&ms_address_hash_levels[count - 1], hash), slot)))
        return true;
    return ms_address_hash_make_room(hash, slot);
}

/* The record of ADDRESS, 0: there is none. */
static inline uint32_t ms_address_hash_find(uintptr_t address) {
    uint32_t found;
    return ms_address_hash_find_slot(address, &found) != NULL ? found & MS_ADDRESS_HASH_ID_MASK : 0;
}

/* The same, and takes it out: of two threads that remove an address at once only one gets it. */
static inline uint32_t ms_address_hash_remove(uintptr_t address) {
    uint32_t found;
    uint32_t *slot = ms_address_hash_find_slot(address, &found);
    if (MS_UNLIKELY(slot == NULL))
        return 0;
    if (MS_LIKELY(__libc_single_threaded)) {
        ms_store_relaxed(slot, 0);
        return found & MS_ADDRESS_HASH_ID_MASK;
    }
    return ms_cas_acq_rel(slot, &found, 0) ? found & MS_ADDRESS_HASH_ID_MASK : 0;
}

#endif
