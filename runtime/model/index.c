/* SPDX-License-Identifier: MIT */
#include "model/index.h"

#include <stdlib.h>

#define FIRST_CAPACITY 64u

void ms_index_fini(struct ms_index *index) {
    free(index->entries);
    *index = (struct ms_index){0};
}

/* The finalizer of MurmurHash3 (public domain): every bit of the key reaches every bit. */
static uint64_t s_mix(uint64_t key) {
    key ^= key >> 33;
    key *= UINT64_C(0xff51afd7ed558ccd);
    key ^= key >> 33;
    key *= UINT64_C(0xc4ceb9fe1a85ec53);
    return key ^ key >> 33;
}

/* The entry of KEY, or the free one where it would go. There is always a free one. */
static struct ms_index_entry *s_slot(const struct ms_index *index, uint64_t key) {
    size_t at = s_mix(key) & (index->capacity - 1);
    while (index->entries[at].in_use != 0 && index->entries[at].key != key)
        at = (at + 1) & (index->capacity - 1);
    return &index->entries[at];
}

static bool s_grow(struct ms_index *index) {
    size_t capacity = index->capacity == 0 ? FIRST_CAPACITY : index->capacity * 2;
    struct ms_index larger = {calloc(capacity, sizeof(*index->entries)), capacity, index->count};
    if (larger.entries == NULL)
        return false;
    for (size_t i = 0; i < index->capacity; i++)
        if (index->entries[i].in_use != 0)
            *s_slot(&larger, index->entries[i].key) = index->entries[i];
    free(index->entries);
    *index = larger;
    return true;
}

uint32_t *ms_index_put(struct ms_index *index, uint64_t key, uint32_t value, bool *added) {
    struct ms_index_entry *entry = index->capacity != 0 ? s_slot(index, key) : NULL;
    bool is_new = entry == NULL || entry->in_use == 0;
    if (is_new && index->count >= index->capacity / 4 * 3) {
        if (!s_grow(index))
            return NULL;
        entry = s_slot(index, key);
    }
    if (is_new) {
        *entry = (struct ms_index_entry){key, value, 1};
        index->count++;
    }
    if (added != NULL)
        *added = is_new;
    return &entry->value;
}

const uint32_t *ms_index_find(const struct ms_index *index, uint64_t key) {
    if (index->capacity == 0)
        return NULL;
    const struct ms_index_entry *entry = s_slot(index, key);
    return entry->in_use != 0 ? &entry->value : NULL;
}
