/* SPDX-License-Identifier: MIT */
#include "store/stacks.h"

#include "store/map.h"
#include "store/modules.h"
#include "store/store.h"

static struct ms_map s_ids; /* hash -> stack id */
static struct ms_map s_cut; /* hash of a stack that was cut off -> id */

static uint64_t s_key(const uint64_t *words, size_t depth) {
    uint64_t hash = UINT64_C(0x9E3779B97F4A7C15);
    for (size_t i = 0; i < depth; i++) {
        hash = (hash ^ words[i]) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
    }
    return hash | 1;
}

static uint32_t s_store(const uint64_t *words, size_t depth) {
    uint64_t offset;
    uint64_t *at = ms_store_append(MS_TABLE_STACKS, (depth + 1) * 8, &offset);
    if (at == NULL)
        return 0;
    at[0] = depth;
    for (size_t i = 0; i < depth; i++)
        at[1 + i] = words[i];
    ms_store_publish(MS_TABLE_STACKS);
    return (uint32_t)(offset / 8);
}

uint32_t ms_stacks_intern(uint64_t hash, const uintptr_t *frames, size_t depth) {
    uint64_t signals, words[MS_INTERN_LIMIT];
    if (depth > MS_INTERN_LIMIT)
        depth = MS_INTERN_LIMIT;
    if (hash == 0)
        hash = 1;
    ms_store_lock(&signals);
    uint32_t id = ms_map_find(&s_ids, hash);
    if (id == 0) {
        size_t good = 0;
        while (good < depth) {
            words[good] = ms_modules_frame(frames[good]);
            if (good != 0 && words[good] >> MS_FRAME_MODULE_SHIFT == 0)
                break;
            good++;
        }
        uint64_t cut_key = good < depth ? s_key(words, good) : 0;
        if (cut_key != 0)
            id = ms_map_find(&s_cut, cut_key);
        if (id == 0 && good != 0) {
            id = s_store(words, good);
            if (cut_key != 0 && id != 0)
                ms_map_set(&s_cut, cut_key, id);
        }
        if (id != 0 && cut_key == 0)
            ms_map_set(&s_ids, hash, id);
    }
    ms_store_unlock(&signals);
    return id;
}
