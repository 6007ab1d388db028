/* SPDX-License-Identifier: MIT */
#include "store/stack_counters.h"

struct ms_stack_counter *ms_stack_counters_new_chunk(uint32_t shard, uint32_t first_stack) {
    uint64_t signals, offset, tag_offset;
    ms_store_lock(&signals);
    /* The tag first, and taken back where it stands alone, as in counters.c. */
    struct ms_stack_counter_tag *tag =
        ms_store_append_spare(MS_TABLE_STACK_COUNTER_TAGS, sizeof(*tag), &tag_offset);
    struct ms_stack_counter *chunk = NULL;
    if (tag != NULL)
        chunk = ms_store_append_spare(MS_TABLE_STACK_COUNTERS, MS_STACKS_PER_CHUNK * sizeof(*chunk),
                                      &offset);
    if (chunk != NULL) {
        *tag = (struct ms_stack_counter_tag){shard, first_stack};
        ms_store_publish(MS_TABLE_STACK_COUNTER_TAGS);
        ms_store_publish(MS_TABLE_STACK_COUNTERS);
    } else if (tag != NULL) {
        ms_store.tables[MS_TABLE_STACK_COUNTER_TAGS].appended = tag_offset;
    }
    ms_store_unlock(&signals);
    return chunk;
}

uint64_t ms_stack_counters_live(const struct ms_stack_counter *counter) {
    if (ms_store.header->sampled == 0)
        return ms_load_relaxed(&counter->alloc_bytes) - ms_load_relaxed(&counter->free_bytes);
    double live;
    __atomic_load(&((const struct ms_sampled_stack_counter *)(const void *)counter)->live_bytes,
                  &live, __ATOMIC_RELAXED);
    return (uint64_t)(int64_t)live;
}
