/* SPDX-License-Identifier: MIT */
/*
 * Blocks that pooled blocks lie in, of malloc's or pooled themselves. The search for one is made
 * once for each slab: the leaves of the map of pooled blocks name those that lie there.
 *
 * Under the lock of pools, but for ms_pool_regions_may_start.
 */
#ifndef MS_HOT_POOL_REGIONS_H
#define MS_HOT_POOL_REGIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/pooled_map.h"

#define MS_POOL_NEAR_SLOTS 512u /* how far back an enclosing pooled block is looked for */

struct ms_pool_region {
    uintptr_t start, end; /* end is 0: it is over */
    uint32_t parent;      /* as ms_pooled_block.parent */
    uint32_t leaves;      /* that name it; its number is free when there are none and it is over */
};

/* Once, before all others. False: no memory. */
bool ms_pool_regions_prepare(void);

/* False: no region starts at ADDRESS. Without the lock. */
bool ms_pool_regions_may_start(uintptr_t address);

/* The innermost region of LEAF around ADDRESS, NULL: none; with ID, that of the pooled block ID. */
struct ms_pool_region *ms_pool_regions_around(struct ms_pooled_leaf *leaf, uintptr_t address,
                                              uint32_t id);

/* The region of the block of malloc's that starts at ADDRESS, which is in LEAF; NULL: none. */
struct ms_pool_region *ms_pool_regions_at(const struct ms_pooled_leaf *leaf, uintptr_t address);

/* The region that ADDRESS, which is in LEAF, lies in, made when there is none yet; NULL: it lies in
 * no block, or there is no room. What is live around it is around it. */
const struct ms_pool_region *ms_pool_regions_find(struct ms_pooled_leaf *leaf, uintptr_t address);

#endif
