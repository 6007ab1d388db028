/* SPDX-License-Identifier: MIT */
/*
 * Addresses to records of pooled blocks, by position: one 32-bit slot for each 8 bytes, in leaves
 * of 64 KiB of address space. What lies in a range is found by its slots, so that all pieces of a
 * block can be ended with it. Slots live as long as the process.
 *
 * Synchronization: the caller's lock.
 */
#ifndef MS_STORE_POOLED_MAP_H
#define MS_STORE_POOLED_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

/* What a slot holds: the number of a record, or, with this, the site of a block that was given
 * back. */
#define MS_POOLED_FREED (UINT32_C(1) << 31)

#define MS_POOLED_SLOT_BITS 3u
#define MS_POOLED_LEAF_BITS 16u
#define MS_POOLED_LEAF      (1u << (MS_POOLED_LEAF_BITS - MS_POOLED_SLOT_BITS))

struct ms_pooled_leaf {
    uint32_t used;        /* slots that are not 0 */
    uint32_t first_guest; /* for the caller */
    uint32_t marks;       /* for the caller */
    uint32_t zero;
    uint32_t slots[MS_POOLED_LEAF];
};

static inline struct ms_pooled_block *ms_pooled_block_at(uint32_t id) {
    return ms_store_at(MS_TABLE_POOLED, (uint64_t)id * sizeof(struct ms_pooled_block));
}

/* The leaf of ADDRESS; NULL: there is none. */
struct ms_pooled_leaf *ms_pooled_leaf_find(uintptr_t address);

/* The same, made when it is not there; NULL: no memory. */
struct ms_pooled_leaf *ms_pooled_leaf_make(uintptr_t address);

static inline uint32_t *ms_pooled_slot(struct ms_pooled_leaf *leaf, uintptr_t address) {
    return &leaf->slots[(address >> MS_POOLED_SLOT_BITS) % MS_POOLED_LEAF];
}

static inline void ms_pooled_set(struct ms_pooled_leaf *leaf, uintptr_t address, uint32_t value) {
    uint32_t *slot = ms_pooled_slot(leaf, address);
    leaf->used += (value != 0) - (*slot != 0);
    *slot = value;
}

/* The value at ADDRESS, 0: none. */
uint32_t ms_pooled_find(uintptr_t address);

/* The address of the first slot in START..END (the end is not in it) that is not 0, *VALUE is what
 * it holds; END: there is none. */
uintptr_t ms_pooled_next(uintptr_t start, uintptr_t end, uint32_t *value);

/* The address of the last such slot at or below ADDRESS, at most LIMIT slots away; 0: none. */
uintptr_t ms_pooled_before(uintptr_t address, unsigned limit, uint32_t *value);

#endif
