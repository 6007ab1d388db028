/* SPDX-License-Identifier: MIT */
/*
 * An index (hash table) from 64-bit keys to 32-bit numbers, mostly indices of arrays. Keys are
 * never taken out. Not thread-safe.
 */
#ifndef MS_MODEL_INDEX_H
#define MS_MODEL_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ms_index_entry {
    uint64_t key;
    uint32_t value;
    uint32_t in_use;
};

/* A zeroed struct is an empty index. */
struct ms_index {
    struct ms_index_entry *entries; /* owned */
    size_t capacity;                /* 0 or a power of two, at most 3/4 of it in use */
    size_t count;
};

void ms_index_fini(struct ms_index *index);

/* The value of KEY, which is VALUE from now on if KEY is new (*ADDED tells; may be NULL). NULL when
 * out of memory. The pointer holds until the next call. */
uint32_t *ms_index_put(struct ms_index *index, uint64_t key, uint32_t value, bool *added);

/* NULL: KEY is not there. */
const uint32_t *ms_index_find(const struct ms_index *index, uint64_t key);

/* Two 32-bit numbers as one key. */
static inline uint64_t ms_index_pair(uint32_t high, uint32_t low) {
    return (uint64_t)high << 32 | low;
}

#endif
