/* SPDX-License-Identifier: MIT */
#include "stack_check.h"

#include <string.h>

#include "memscope/abi.h"
#include "store/blocks.h"
#include "store/sites.h"
#include "store/store.h"

static struct stack_sums s_sites[MS_SITE_LIMIT], s_stacks[MS_SITE_LIMIT];

static void s_add(struct stack_sums *sum, const struct stack_sums *value) {
    sum->allocations += value->allocations;
    sum->alloc_bytes += value->alloc_bytes;
    sum->free_bytes += value->free_bytes;
    sum->temporary += value->temporary;
}

static uint32_t s_count(void) {
    return (uint32_t)ms_store.header->used[MS_TABLE_SITES];
}

static bool s_is_heap(uint32_t site) {
    const struct ms_site *record = ms_store_at(MS_TABLE_SITES, (uint64_t)site * sizeof(*record));
    return record->kind != MEMSCOPE_SITE_OBJECT;
}

static void s_add_sites(void) {
    for (uint64_t i = 0; i < ms_store.header->used[MS_TABLE_COUNTERS]; i++) {
        const struct ms_counter_tag *tag = ms_store_at(MS_TABLE_COUNTER_TAGS, i * sizeof(*tag));
        for (uint32_t n = 0; n < MS_COUNTERS_PER_CHUNK; n++) {
            const struct ms_counter *c =
                ms_store_at(MS_TABLE_COUNTERS, (i * MS_COUNTERS_PER_CHUNK + n) * sizeof(*c));
            if (tag->first + n < s_count())
                s_add(&s_sites[tag->first + n], &(struct stack_sums){c->allocations, c->alloc_bytes,
                                                                     c->free_bytes, c->temporary});
        }
    }
}

static void s_add_stacks(void) {
    for (uint64_t i = 0; i < ms_store.header->used[MS_TABLE_STACK_COUNTERS]; i++) {
        const struct ms_counter_tag *tag =
            ms_store_at(MS_TABLE_STACK_COUNTER_TAGS, i * sizeof(*tag));
        for (uint64_t n = 0; n < MS_STACKS_PER_CHUNK; n++) {
            const struct ms_stack_counter *c =
                ms_store_at(MS_TABLE_STACK_COUNTERS, (i * MS_STACKS_PER_CHUNK + n) * sizeof(*c));
            if (tag->first + n >= ms_store.header->used[MS_TABLE_STACKS])
                continue;
            const struct ms_stack *stack =
                ms_store_at(MS_TABLE_STACKS, (tag->first + n) * sizeof(*stack));
            s_add(&s_stacks[stack->site], &(struct stack_sums){c->allocations, c->alloc_bytes,
                                                               c->free_bytes, c->temporary});
        }
    }
}

static void s_fill(void) {
    memset(s_sites, 0, sizeof(s_sites));
    memset(s_stacks, 0, sizeof(s_stacks));
    s_add_sites();
    s_add_stacks();
}

struct stack_sums stack_check_sites(void) {
    struct stack_sums sum = {0};
    s_fill();
    for (uint32_t i = 0; i < s_count(); i++)
        if (s_is_heap(i))
            s_add(&sum, &s_sites[i]);
    return sum;
}

struct stack_sums stack_check_stacks(void) {
    struct stack_sums sum = {0};
    s_fill();
    for (uint32_t i = 0; i < s_count(); i++)
        s_add(&sum, &s_stacks[i]);
    return sum;
}

struct stack_sums stack_check_of_site(uint32_t site) {
    s_fill();
    return s_stacks[site];
}

static const struct ms_stack *s_stack(uint64_t id) {
    return ms_store_at(MS_TABLE_STACKS, id * sizeof(struct ms_stack));
}

/* The stack with the frames of STACK that blocks of SITE have. */
static uint32_t s_of_site(uint32_t stack, uint32_t site) {
    for (uint32_t i = 1; i < ms_store.header->used[MS_TABLE_STACKS]; i++)
        if (s_stack(i)->words == s_stack(stack)->words && s_stack(i)->site == site)
            return i;
    return 0;
}

unsigned stack_check_unbalanced(void) {
    enum { LIMIT = 65536 };
    static int64_t s_balances[LIMIT];
    unsigned unbalanced = 0;
    memset(s_balances, 0, sizeof(s_balances));
    for (uint64_t i = 0; i < ms_store.header->used[MS_TABLE_STACK_COUNTERS]; i++) {
        const struct ms_counter_tag *tag =
            ms_store_at(MS_TABLE_STACK_COUNTER_TAGS, i * sizeof(*tag));
        for (uint64_t n = 0; n < MS_STACKS_PER_CHUNK && tag->first + n < LIMIT; n++) {
            const struct ms_stack_counter *c =
                ms_store_at(MS_TABLE_STACK_COUNTERS, (i * MS_STACKS_PER_CHUNK + n) * sizeof(*c));
            s_balances[tag->first + n] += (int64_t)(c->alloc_bytes - c->free_bytes);
        }
    }
    for (uint32_t i = 1; i < ms_store.header->used[MS_TABLE_BLOCKS]; i++) {
        const struct ms_block *block = ms_block_at(i);
        if (block->address_thread != 0 && block->site != 0 && block->stack != 0)
            s_balances[s_of_site(block->stack, block->site)] -= (int64_t)MS_BLOCK_SIZE(block);
    }
    for (unsigned i = 0; i < LIMIT; i++)
        unbalanced += s_balances[i] != 0;
    return unbalanced;
}

unsigned stack_check_differing(void) {
    unsigned differing = 0;
    s_fill();
    for (uint32_t i = 0; i < s_count(); i++)
        if (s_is_heap(i) && memcmp(&s_sites[i], &s_stacks[i], sizeof(s_sites[i])) != 0)
            differing++;
    return differing;
}
