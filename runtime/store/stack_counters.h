/* SPDX-License-Identifier: MIT */
/* Counters by stack, in chunks of 64 stacks that belong to one shard, as those by site do. */
#ifndef MS_STORE_STACK_COUNTERS_H
#define MS_STORE_STACK_COUNTERS_H

#include "store/store.h"

/* A fresh chunk for stacks FIRST_STACK..+63 of SHARD; NULL: no room, which is no drop: the counters
 * of sites have it all. Takes the store lock. */
struct ms_stack_counter *ms_stack_counters_new_chunk(uint32_t shard, uint32_t first_stack);

/* Live bytes of a stack as one shard sees them, as two's complement. */
uint64_t ms_stack_counters_live(const struct ms_stack_counter *counter);

/* How many stack counters there are, of all shards. */
static inline uint64_t ms_stack_counters_count(void) {
    return ms_load_acquire(&ms_store.header->used[MS_TABLE_STACK_COUNTERS]) * MS_STACKS_PER_CHUNK;
}

#endif
