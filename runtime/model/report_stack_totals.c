/* SPDX-License-Identifier: MIT */
/*
 * What was made with each stack. A stack is that of one site, so what its stacks have made is never
 * more than what the site has: where it is, because the two were read while the process ran, it is
 * cut. It may be less, where a block has no stack.
 */
#include "model/build.h"

#include <stdlib.h>

#include "base/atomics.h"
#include "model/array.h"

/* Stacks that are shown without anything else that names them: those that have the largest share of
 * something. */
#define S_SHOWN_LIMIT 4096u

enum ms_status ms_build_find_stack(struct ms_build *build, uint32_t id, uint32_t *index) {
    bool added;
    const uint32_t *known = ms_index_put(&build->stack_index, id, build->stack_count, &added);
    if (known == NULL)
        return MS_NO_MEMORY;
    if (index != NULL)
        *index = *known;
    if (!added)
        return MS_OK;
    struct ms_build_stack *stacks =
        ms_array_grow(build->stacks, &build->stack_capacity, build->stack_count, sizeof(*stacks));
    if (stacks == NULL)
        return MS_NO_MEMORY;
    const struct ms_stack *record = ms_journal_entry(build->journal, MS_TABLE_STACKS, id);
    uint32_t site = record != NULL ? ms_load_relaxed(&record->site) : 0;
    build->stacks = stacks;
    stacks[build->stack_count++] = (struct ms_build_stack){.id = id, .site = site};
    return MS_OK;
}

enum ms_status ms_build_show_stack(struct ms_build *build, uint32_t id) {
    uint32_t index;
    enum ms_status status = ms_build_find_stack(build, id, &index);
    if (status == MS_OK)
        build->stacks[index].is_shown = true;
    return status;
}

uint32_t ms_build_stack_of_site(const struct ms_build *build, uint32_t stack, uint32_t site) {
    const struct ms_stack *record = ms_journal_entry(build->journal, MS_TABLE_STACKS, stack);
    if (stack == 0 || record == NULL || ms_load_relaxed(&record->site) == site)
        return stack;
    const uint32_t *known = ms_index_find(&build->stack_sites, ms_index_pair(record->words, site));
    return known != NULL ? *known : stack;
}

/* Only frames that several sites share are looked for: each site but the first has an entry behind
 * that of the first. */
static enum ms_status s_index_sites(struct ms_build *build) {
    uint64_t count = ms_journal_count(build->journal, MS_TABLE_STACKS);
    for (uint64_t i = 1; i < count; i++) {
        const struct ms_stack *record = ms_journal_entry(build->journal, MS_TABLE_STACKS, i);
        uint32_t site = record != NULL ? ms_load_relaxed(&record->site) : 0;
        if (site != 0 && ms_index_put(&build->stack_sites, ms_index_pair(record->words, site),
                                      (uint32_t)i, NULL) == NULL)
            return MS_NO_MEMORY;
    }
    return MS_OK;
}

static double s_read(const double *value) {
    double copy;
    __atomic_load(value, &copy, __ATOMIC_RELAXED);
    return copy > -1e300 && copy < 1e300 ? copy : 0;
}

static enum ms_status s_add_counter(struct ms_build *build, uint32_t id,
                                    const struct ms_stack_counter *counter) {
    const struct ms_sampled_stack_counter *sums = (const void *)counter;
    uint32_t index;
    if (ms_load_relaxed(&counter->allocations) == 0)
        return MS_OK; /* of a sampled one these are the bits of `count` */
    enum ms_status status = ms_build_find_stack(build, id, &index);
    if (status != MS_OK)
        return status;
    struct ms_build_stack *stack = &build->stacks[index];
    if (build->sampled) {
        stack->made.count += s_read(&sums->count);
        stack->made.bytes += s_read(&sums->bytes);
        stack->made.variance += s_read(&sums->variance);
        stack->temporary_samples += s_read(&sums->temporary);
        return MS_OK;
    }
    stack->allocations += ms_load_relaxed(&counter->allocations);
    stack->alloc_bytes += ms_load_relaxed(&counter->alloc_bytes);
    stack->temporary += ms_load_relaxed(&counter->temporary);
    return MS_OK;
}

enum ms_status ms_build_stack_sums(struct ms_build *build) {
    const struct ms_journal *journal = build->journal;
    uint64_t chunks = ms_journal_count(journal, MS_TABLE_STACK_COUNTERS);
    uint64_t tags = ms_journal_count(journal, MS_TABLE_STACK_COUNTER_TAGS);
    uint64_t stacks = ms_journal_count(journal, MS_TABLE_STACKS);
    enum ms_status status = MS_OK;
    build->has_stack_totals = chunks != 0;
    for (uint64_t i = 0; status == MS_OK && i < chunks && i < tags; i++) {
        const struct ms_counter_tag *tag =
            ms_journal_entry(journal, MS_TABLE_STACK_COUNTER_TAGS, i);
        const struct ms_stack_counter *chunk =
            ms_journal_entry(journal, MS_TABLE_STACK_COUNTERS, i);
        if (tag == NULL || chunk == NULL)
            break;
        for (uint64_t n = 0; status == MS_OK && n < MS_STACKS_PER_CHUNK; n++)
            if (tag->first + n != 0 && tag->first + n < stacks)
                status = s_add_counter(build, (uint32_t)(tag->first + n), &chunk[n]);
    }
    return status == MS_OK ? s_index_sites(build) : status;
}

/* ---- totals that agree with those of sites ---- */

static void s_estimate(const struct ms_build *build, struct ms_build_stack *stack) {
    const struct ms_build_site *site = &build->sites[stack->site];
    struct ms_estimate estimate = ms_build_estimate(build, site, &stack->made);
    stack->allocations = ms_build_round(estimate.count);
    stack->alloc_bytes = ms_build_round(estimate.bytes);
    stack->total_variance = estimate.variance;
    stack->temporary = ms_build_round(stack->temporary_samples * estimate.count_scale);
}

/* What all stacks of a site may have yet. */
struct s_room {
    uint64_t allocations, bytes, temporary, at_peak;
};

static void s_cut(uint64_t *value, uint64_t *room) {
    if (*value == MEMSCOPE_UNKNOWN)
        return;
    if (*value > *room)
        *value = *room;
    *room -= *value;
}

static enum ms_status s_fit(struct ms_build *build) {
    struct s_room *rooms = calloc((size_t)build->site_count + 1, sizeof(*rooms));
    if (rooms == NULL)
        return MS_NO_MEMORY;
    for (uint32_t i = 0; i < build->site_count; i++) {
        const struct ms_build_site *site = &build->sites[i];
        rooms[i] = (struct s_room){site->allocations, site->alloc_bytes, site->temporary,
                                   site->bytes_at_peak};
    }
    for (uint32_t i = 0; i < build->stack_count; i++) {
        struct ms_build_stack *stack = &build->stacks[i];
        struct s_room *room = &rooms[stack->site];
        s_cut(&stack->allocations, &room->allocations);
        s_cut(&stack->alloc_bytes, &room->bytes);
        s_cut(&stack->temporary, &room->temporary);
        s_cut(&stack->bytes_at_peak, &room->at_peak);
    }
    free(rooms);
    return MS_OK;
}

/* ---- which are shown ---- */

struct s_share {
    double share;
    uint32_t index;
};

static int s_by_share(const void *left, const void *right) {
    const struct s_share *a = left;
    const struct s_share *b = right;
    if (a->share != b->share)
        return a->share > b->share ? -1 : 1;
    return ms_build_ascending(a->index, b->index);
}

static double s_part(uint64_t value, double all) {
    return value != MEMSCOPE_UNKNOWN && all > 0 ? (double)value / all : 0;
}

static double s_largest_share(const struct ms_build_stack *stack, const struct ms_weighted *all,
                              double at_peak) {
    double share = s_part(stack->allocations, all->count);
    double bytes = s_part(stack->alloc_bytes, all->bytes);
    double peak = s_part(stack->bytes_at_peak, at_peak);
    share = bytes > share ? bytes : share;
    return peak > share ? peak : share;
}

static enum ms_status s_choose(struct ms_build *build) {
    struct s_share *shares = calloc((size_t)build->stack_count + 1, sizeof(*shares));
    if (shares == NULL)
        return MS_NO_MEMORY;
    struct ms_weighted all = {0};
    double at_peak = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < build->stack_count; i++) {
        const struct ms_build_stack *stack = &build->stacks[i];
        all.count += (double)stack->allocations;
        all.bytes += (double)stack->alloc_bytes;
        at_peak += stack->bytes_at_peak != MEMSCOPE_UNKNOWN ? (double)stack->bytes_at_peak : 0;
    }
    for (uint32_t i = 0; i < build->stack_count; i++)
        if (!build->stacks[i].is_shown && build->stacks[i].allocations != 0)
            shares[count++] =
                (struct s_share){s_largest_share(&build->stacks[i], &all, at_peak), i};
    qsort(shares, count, sizeof(*shares), s_by_share);
    for (uint32_t i = 0; i < count && i < S_SHOWN_LIMIT; i++)
        build->stacks[shares[i].index].is_shown = true;
    free(shares);
    if (count <= S_SHOWN_LIMIT)
        return MS_OK;
    return ms_build_note(build,
                         "%u stacks without live blocks that made the least are not listed: what "
                         "they made is in the numbers of their sites",
                         count - S_SHOWN_LIMIT);
}

enum ms_status ms_build_stack_totals(struct ms_build *build) {
    if (!build->has_stack_totals)
        return MS_OK;
    for (uint32_t i = 0; i < build->stack_count; i++) {
        struct ms_build_stack *stack = &build->stacks[i];
        if (stack->site >= build->site_count)
            stack->site = 0; /* made since we began to read, or damaged */
        if (build->sampled)
            s_estimate(build, stack);
    }
    enum ms_status status = build->sampled ? MS_OK : s_fit(build);
    return status == MS_OK ? s_choose(build) : status;
}
