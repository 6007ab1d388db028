/* SPDX-License-Identifier: MIT */
/*
 * Records of live blocks. Each thread keeps a list of free records, so that most allocations take
 * one without a lock. It keeps those that it has used itself; of records that other threads have
 * used a batch goes to the others now and then, because a thread that only frees would otherwise
 * gather the records that a thread that only allocates needs.
 */
#ifndef MS_STORE_BLOCKS_H
#define MS_STORE_BLOCKS_H

#include <stdbool.h>

#include "store/store.h"

#define MS_BLOCK_BATCH    64u
#define MS_BLOCK_ID_LIMIT (UINT32_C(1) << 27) /* 2^27 records are 4 GiB, the limit of a table */

/* Synchronization: owner thread. */
struct ms_block_list {
    uint32_t first; /* linked by `next`; 0: none */
    uint32_t given; /* records of others in it, at most */
};

static inline struct ms_block *ms_block_at(uint32_t id) {
    return ms_store_at(MS_TABLE_BLOCKS, (uint64_t)id * sizeof(struct ms_block));
}

/* Of a sampled journal: with which probability the block of record ID was chosen. */
static inline float *ms_block_probability(uint32_t id) {
    return ms_store_at(MS_TABLE_PROBABILITIES, (uint64_t)id * sizeof(float));
}

/* Fills an empty list; false: no room. Takes the store lock. */
bool ms_blocks_refill(struct ms_block_list *list);

/* Hands half of what others have used to them. Takes the store lock. */
void ms_blocks_share(struct ms_block_list *list);

/* A record to write, 0: no room. */
static inline uint32_t ms_blocks_take(struct ms_block_list *list) {
    if (MS_UNLIKELY(list->first == 0) && !ms_blocks_refill(list))
        return 0;
    uint32_t id = list->first;
    list->first = ms_block_at(id)->next;
    return id;
}

/* Gives back BLOCK, record ID, which was taken from the same list; it stops being live for readers
 * here. */
static inline void ms_blocks_keep(struct ms_block_list *list, struct ms_block *block, uint32_t id) {
    ms_store_release(&block->address_thread, 0); /* pairs with the reader's check */
    ms_store_relaxed(&block->next, list->first); /* ms_peak_take may read it as a stack */
    list->first = id;
}

/* The same for a record that was taken from any list. */
static inline void ms_blocks_give(struct ms_block_list *list, uint32_t id) {
    ms_blocks_keep(list, ms_block_at(id), id);
    if (MS_UNLIKELY(++list->given >= 8 * MS_BLOCK_BATCH))
        ms_blocks_share(list);
}

#endif
