/* SPDX-License-Identifier: MIT */
#include "store/counters.h"

#include "memscope/abi.h"

void *ms_counters_append(enum ms_table tags, enum ms_table chunks, struct ms_counter_tag wanted) {
    uint64_t signals, offset, tag_offset;
    ms_store_lock(&signals);
    /* The tag first: a reader that sees a chunk finds its tag. Were there room for the tag alone,
     * the next chunk's tag would not be at its index, so the tag is taken back. */
    struct ms_counter_tag *tag = ms_store_append(tags, sizeof(*tag), &tag_offset);
    void *chunk = tag != NULL ? ms_store_append(chunks, MS_COUNTER_CHUNK_BYTES, &offset) : NULL;
    if (chunk != NULL) {
        *tag = wanted;
        ms_store_publish(tags);
        ms_store_publish(chunks);
    } else if (tag != NULL) {
        ms_store.tables[tags].appended = tag_offset;
    }
    ms_store_unlock(&signals);
    return chunk;
}

struct ms_counter *ms_counters_new_chunk(uint32_t shard, uint32_t first_site) {
    static_assert(MS_COUNTERS_PER_CHUNK * sizeof(struct ms_counter) == MS_COUNTER_CHUNK_BYTES,
                  "an entry of COUNTERS");
    return ms_counters_append(MS_TABLE_COUNTER_TAGS, MS_TABLE_COUNTERS,
                              (struct ms_counter_tag){shard, first_site});
}

uint64_t ms_counters_live(const struct ms_counter *counter, uint32_t site) {
    const struct ms_site *record = ms_store_at(MS_TABLE_SITES, (uint64_t)site * sizeof(*record));
    if (ms_store.header->sampled == 0 || record->kind == MEMSCOPE_SITE_OBJECT) {
        uint64_t inside = record->kind != MEMSCOPE_SITE_OBJECT
                              ? ms_load_relaxed(&counter->inside_bytes)
                              : 0; /* pooled blocks are counted at their own sites */
        return ms_load_relaxed(&counter->alloc_bytes) - ms_load_relaxed(&counter->free_bytes) -
               inside;
    }
    double live;
    __atomic_load(&((const struct ms_sampled_counter *)(const void *)counter)->live_bytes, &live,
                  __ATOMIC_RELAXED);
    return (uint64_t)(int64_t)live;
}
