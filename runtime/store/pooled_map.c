/* SPDX-License-Identifier: MIT */
#include "store/pooled_map.h"

#include <stddef.h>

#include "platform/os.h"
#include "store/map.h"

#define LEAF_LIMIT 65536u
#define LEAF_BYTES (UINT64_C(1) << MS_POOLED_LEAF_BITS)
#define SLOT_BYTES (UINT64_C(1) << MS_POOLED_SLOT_BITS)

static struct ms_map s_numbers; /* address / 64 KiB + 1 -> number of its leaf */
static struct ms_pooled_leaf *s_leaves[LEAF_LIMIT];
static uint32_t s_count = 1;

struct ms_pooled_leaf *ms_pooled_leaf_find(uintptr_t address) {
    return s_leaves[ms_map_find(&s_numbers, (address >> MS_POOLED_LEAF_BITS) + 1)];
}

struct ms_pooled_leaf *ms_pooled_leaf_make(uintptr_t address) {
    struct ms_pooled_leaf *leaf = ms_pooled_leaf_find(address);
    if (leaf != NULL || s_count == LEAF_LIMIT)
        return leaf;
    leaf = ms_os_map_pages(sizeof(*leaf));
    if (leaf == NULL)
        return NULL;
    if (!ms_map_set(&s_numbers, (address >> MS_POOLED_LEAF_BITS) + 1, s_count)) {
        ms_os_unmap(leaf, sizeof(*leaf));
        return NULL;
    }
    s_leaves[s_count++] = leaf;
    return leaf;
}

uint32_t ms_pooled_find(uintptr_t address) {
    struct ms_pooled_leaf *leaf = ms_pooled_leaf_find(address);
    return leaf != NULL ? *ms_pooled_slot(leaf, address) : 0;
}

uintptr_t ms_pooled_next(uintptr_t start, uintptr_t end, uint32_t *value) {
    uintptr_t at = start & ~(SLOT_BYTES - 1);
    while (at < end) {
        uintptr_t leaf_end = (at | (LEAF_BYTES - 1)) + 1;
        struct ms_pooled_leaf *leaf = ms_pooled_leaf_find(at);
        if (leaf != NULL && leaf->used != 0) {
            for (; at < leaf_end && at < end; at += SLOT_BYTES) {
                *value = *ms_pooled_slot(leaf, at);
                if (*value != 0)
                    return at;
            }
        }
        if (leaf_end == 0)
            break;
        at = leaf_end;
    }
    return end;
}

uintptr_t ms_pooled_before(uintptr_t address, unsigned limit, uint32_t *value) {
    uintptr_t at = address & ~(SLOT_BYTES - 1);
    struct ms_pooled_leaf *leaf = ms_pooled_leaf_find(at);
    for (unsigned i = 0; i <= limit && at != 0; i++, at -= SLOT_BYTES) {
        if (i != 0 && (at & (LEAF_BYTES - 1)) == LEAF_BYTES - SLOT_BYTES)
            leaf = ms_pooled_leaf_find(at);
        *value = leaf != NULL ? *ms_pooled_slot(leaf, at) : 0;
        if (*value != 0)
            return at;
    }
    return 0;
}
