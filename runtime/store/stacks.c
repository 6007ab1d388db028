/* SPDX-License-Identifier: MIT */
#include "store/stacks.h"

#include "store/map.h"
#include "store/modules.h"
#include "store/store.h"

/* Stacks for further sites of the same frames have room when there is none for other frames. */
#define FRAMES_LIMIT (MS_STACK_LIMIT - 65536u)

static struct ms_map s_ids;      /* hash -> stack id */
static struct ms_map s_cut;      /* hash of a stack that was cut off -> id */
static struct ms_map s_at_sites; /* words and site of a stack -> id */
static uint32_t s_rest;          /* the stack of all for which there is no room, 0: none yet */

static uint64_t s_key(const uint64_t *words, size_t depth) {
    uint64_t hash = UINT64_C(0x9E3779B97F4A7C15);
    for (size_t i = 0; i < depth; i++) {
        hash = (hash ^ words[i]) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
    }
    return hash | 1;
}

static uint32_t s_count(void) {
    return (uint32_t)(ms_store.tables[MS_TABLE_STACKS].appended / sizeof(struct ms_stack));
}

static struct ms_stack *s_at(uint32_t id) {
    return ms_store_at(MS_TABLE_STACKS, (uint64_t)id * sizeof(struct ms_stack));
}

static uint32_t s_new(uint32_t words, uint32_t site) {
    uint64_t offset;
    struct ms_stack *stack = ms_store_append(MS_TABLE_STACKS, sizeof(*stack), &offset);
    if (stack == NULL)
        return 0;
    *stack = (struct ms_stack){words, site};
    ms_store_publish(MS_TABLE_STACKS);
    return (uint32_t)(offset / sizeof(*stack));
}

static uint32_t s_store(const uint64_t *words, size_t depth) {
    uint64_t offset;
    if (s_count() >= FRAMES_LIMIT) {
        if (s_rest == 0)
            s_rest = s_new(0, 0);
        return s_rest;
    }
    uint64_t *at = ms_store_append(MS_TABLE_STACK_WORDS, (depth + 1) * 8, &offset);
    if (at == NULL)
        return 0;
    at[0] = depth;
    for (size_t i = 0; i < depth; i++)
        at[1 + i] = words[i];
    ms_store_publish(MS_TABLE_STACK_WORDS);
    return s_new((uint32_t)(offset / 8), 0);
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

static uint32_t s_of_site(uint32_t id, uint32_t site) {
    struct ms_stack *stack = s_at(id);
    uint64_t key = (uint64_t)site << 32 | stack->words; /* what differs is low: map.c hashes that */
    if (stack->site == site)
        return id;
    uint32_t known = ms_map_find(&s_at_sites, key);
    if (known != 0)
        return known;
    bool is_first = stack->site == 0;
    if (!is_first && s_count() >= MS_STACK_LIMIT)
        return 0;
    if (!is_first && (id = s_new(stack->words, site)) == 0)
        return 0;
    if (!ms_map_set(&s_at_sites, key, id))
        return 0;
    if (is_first)
        ms_store_relaxed(&stack->site, site);
    return id;
}

uint32_t ms_stacks_of_site(uint32_t stack, uint32_t site) {
    uint64_t signals;
    if (ms_load_relaxed(&s_at(stack)->site) == site)
        return stack;
    ms_store_lock(&signals);
    uint32_t id = s_of_site(stack, site);
    ms_store_unlock(&signals);
    return id;
}
