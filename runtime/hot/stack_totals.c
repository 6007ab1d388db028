/* SPDX-License-Identifier: MIT */
#include "hot/stack_totals.h"

#include "store/stack_counters.h"
#include "store/stacks.h"

static struct ms_stack_counter *s_counter(struct ms_thread *thread, uint32_t stack) {
    uintptr_t *at = &thread->stack_chunks[stack / MS_STACKS_PER_CHUNK];
    if (*at == 0) {
        struct ms_stack_counter *chunk =
            ms_stack_counters_new_chunk(thread->shard, stack - stack % MS_STACKS_PER_CHUNK);
        if (chunk == NULL)
            chunk = thread->lost_stacks;
        *at = (uintptr_t)chunk - (uintptr_t)thread->no_stacks;
    }
    return ms_stack_totals_known(thread, stack);
}

struct ms_stack_counter *ms_stack_totals_find(struct ms_thread *thread, uint32_t stack,
                                              uint32_t site) {
    if (stack == 0)
        return thread->lost_stacks;
    struct ms_stack_counter *counter = ms_stack_totals_known(thread, stack);
    if (counter->site == site)
        return counter;
    struct ms_stack_site *entry = &thread->stack_sites[(stack ^ site * 31) % MS_STACK_SITES];
    bool is_known = entry->stack == stack && entry->site == site;
    uint32_t id = is_known ? entry->id : ms_stacks_of_site(stack, site);
    if (id == 0)
        return thread->lost_stacks;
    if (id != stack)
        *entry = (struct ms_stack_site){.stack = stack, .site = site, .id = id};
    counter = s_counter(thread, id);
    ms_store_relaxed(&counter->site, site);
    return counter;
}
