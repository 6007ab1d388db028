/* SPDX-License-Identifier: MIT */
#include "store/stack_counters.h"

#include "store/counters.h"

struct ms_stack_counter *ms_stack_counters_new_chunk(uint32_t shard, uint32_t first_stack) {
    static_assert(MS_STACKS_PER_CHUNK * sizeof(struct ms_stack_counter) == MS_COUNTER_CHUNK_BYTES,
                  "an entry of STACK_COUNTERS");
    return ms_counters_append(MS_TABLE_STACK_COUNTER_TAGS, MS_TABLE_STACK_COUNTERS,
                              (struct ms_counter_tag){shard, first_stack});
}

uint64_t ms_stack_counters_live(const struct ms_stack_counter *counter) {
    if (ms_store.header->sampled == 0)
        return ms_load_relaxed(&counter->alloc_bytes) - ms_load_relaxed(&counter->free_bytes);
    double live;
    __atomic_load(&((const struct ms_sampled_stack_counter *)(const void *)counter)->live_bytes,
                  &live, __ATOMIC_RELAXED);
    return (uint64_t)(int64_t)live;
}
