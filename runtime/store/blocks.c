/* SPDX-License-Identifier: MIT */
#include "store/blocks.h"

/* Records given back by threads that had too many. Synchronization: store lock. */
static struct ms_block_list s_shared;

static void s_move(struct ms_block_list *from, struct ms_block_list *to, uint32_t count) {
    while (count-- != 0 && from->first != 0) {
        uint32_t id = from->first;
        struct ms_block *block = ms_block_at(id);
        from->first = block->next;
        ms_store_relaxed(&block->next, to->first);
        to->first = id;
    }
}

/* Room for the probabilities of records below END. */
static bool s_reserve_probabilities(uint64_t end) {
    uint64_t offset;
    if (ms_store.header->sampled == 0)
        return true;
    while (ms_store.tables[MS_TABLE_PROBABILITIES].appended < end * sizeof(float)) {
        if (ms_store_append(MS_TABLE_PROBABILITIES, sizeof(float), &offset) == NULL)
            return false;
    }
    ms_store_publish(MS_TABLE_PROBABILITIES);
    return true;
}

/* A batch of new records; *FIRST is its lowest number. */
static bool s_append(uint32_t *first) {
    const uint64_t size = MS_BLOCK_BATCH * sizeof(struct ms_block);
    uint64_t offset;
    if (ms_store_append(MS_TABLE_BLOCKS, size, &offset) == NULL)
        return false;
    *first = (uint32_t)(offset / sizeof(struct ms_block));
    if (!s_reserve_probabilities(*first + MS_BLOCK_BATCH)) {
        ms_store.tables[MS_TABLE_BLOCKS].appended = offset;
        return false;
    }
    ms_store_publish(MS_TABLE_BLOCKS);
    return true;
}

bool ms_blocks_refill(struct ms_block_list *list) {
    uint64_t signals;
    uint32_t first;
    ms_store_lock(&signals);
    s_move(&s_shared, list, 4 * MS_BLOCK_BATCH);
    if (list->first == 0 && s_append(&first)) {
        for (uint32_t i = MS_BLOCK_BATCH; i-- > 0;) { /* lowest id first: neighbours in memory */
            ms_store_relaxed(&ms_block_at(first + i)->next, list->first);
            list->first = first + i;
        }
    }
    ms_store_unlock(&signals);
    return list->first != 0;
}

void ms_blocks_share(struct ms_block_list *list) {
    uint64_t signals;
    ms_store_lock(&signals);
    s_move(list, &s_shared, 4 * MS_BLOCK_BATCH);
    list->given -= 4 * MS_BLOCK_BATCH;
    ms_store_unlock(&signals);
}
