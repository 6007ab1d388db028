/* SPDX-License-Identifier: MIT */
/* timeline: live memory over time, and the share of the largest types in it. */
#include "model/build.h"

#include <stdlib.h>

#include "model/array.h"

#define SERIES_LIMIT 20u

/* A type that some tick tells of. */
struct s_series {
    ms_name type_name;
    uint64_t maximum;
    uint64_t *live_bytes; /* in the arena; NULL: not one of the largest */
};

struct s_all_series {
    struct ms_index index;   /* type name -> series */
    struct s_series *series; /* owned */
    uint32_t count, capacity;
};

static enum ms_status s_add_maximum(struct s_all_series *all, const struct ms_type_share *share) {
    bool added;
    const uint32_t *at = ms_index_put(&all->index, share->type_name, all->count, &added);
    if (at == NULL)
        return MS_NO_MEMORY;
    uint32_t number = *at;
    if (added) {
        struct s_series *series =
            ms_array_grow(all->series, &all->capacity, all->count, sizeof(*series));
        if (series == NULL)
            return MS_NO_MEMORY;
        all->series = series;
        series[all->count++] = (struct s_series){.type_name = share->type_name};
    }
    all->series[number].maximum = ms_build_max(all->series[number].maximum, share->live_bytes);
    return MS_OK;
}

static enum ms_status s_find_series(struct ms_build *build, struct s_all_series *all) {
    enum ms_status status = MS_OK;
    for (size_t i = 0; status == MS_OK && i < build->tick_count; i++) {
        struct ms_type_share shares[MS_SHARES_PER_TICK];
        size_t count = 0;
        bool complete;
        status = ms_build_type_shares(build, &build->ticks[i], shares, &count, &complete);
        for (size_t n = 0; status == MS_OK && n < count; n++)
            status = s_add_maximum(all, &shares[n]);
    }
    return status;
}

static int s_by_maximum(const void *left, const void *right) {
    const struct s_series *a = *(const struct s_series *const *)left;
    const struct s_series *b = *(const struct s_series *const *)right;
    int order = ms_build_descending(a->maximum, b->maximum);
    return order != 0 ? order : ms_build_ascending(a->type_name, b->type_name);
}

/* Gives the largest series their arrays; before a type is first told of it has no bytes. */
static enum ms_status s_choose(struct ms_build *build, struct s_all_series *all) {
    struct memscope_timeline *timeline = &build->report->timeline;
    struct s_series **order = calloc((size_t)all->count + 1, sizeof(struct s_series *));
    if (order == NULL)
        return MS_NO_MEMORY;
    for (uint32_t i = 0; i < all->count; i++)
        order[i] = &all->series[i];
    qsort(order, all->count, sizeof(struct s_series *), s_by_maximum);
    size_t count = all->count < SERIES_LIMIT ? all->count : SERIES_LIMIT;
    struct memscope_type_series *by_type = ms_arena_array(build->arena, count, sizeof(*by_type));
    enum ms_status status = by_type != NULL ? MS_OK : MS_NO_MEMORY;
    for (size_t i = 0; status == MS_OK && i < count; i++) {
        uint64_t *values = ms_arena_array(build->arena, build->tick_count, sizeof(*values));
        if (values == NULL)
            status = MS_NO_MEMORY;
        order[i]->live_bytes = values;
        by_type[i] =
            (struct memscope_type_series){ms_build_text(build, order[i]->type_name), values};
    }
    timeline->by_type = by_type;
    timeline->by_type_count = status == MS_OK ? count : 0;
    free(order);
    return status;
}

/* What tick AT tells of each chosen type. SEEN: the type was told of before. */
static enum ms_status s_fill_tick(struct ms_build *build, struct s_all_series *all, size_t at,
                                  bool *seen) {
    struct ms_type_share shares[MS_SHARES_PER_TICK];
    size_t count;
    bool complete;
    enum ms_status status =
        ms_build_type_shares(build, &build->ticks[at], shares, &count, &complete);
    if (status != MS_OK)
        return status;
    for (uint32_t i = 0; i < all->count; i++)
        if (all->series[i].live_bytes != NULL)
            all->series[i].live_bytes[at] = complete || !seen[i] ? 0 : MEMSCOPE_UNKNOWN;
    for (size_t n = 0; n < count; n++) {
        const uint32_t *number = ms_index_find(&all->index, shares[n].type_name);
        if (number == NULL || all->series[*number].live_bytes == NULL)
            continue;
        all->series[*number].live_bytes[at] = shares[n].live_bytes;
        seen[*number] = true;
    }
    return MS_OK;
}

static enum ms_status s_fill_types(struct ms_build *build) {
    struct s_all_series all = {0};
    bool *seen = NULL;
    enum ms_status status = s_find_series(build, &all);
    if (status == MS_OK)
        status = s_choose(build, &all);
    if (status == MS_OK) {
        seen = calloc((size_t)all.count + 1, sizeof(*seen));
        status = seen != NULL ? MS_OK : MS_NO_MEMORY;
    }
    for (size_t i = 0; status == MS_OK && i < build->tick_count; i++)
        status = s_fill_tick(build, &all, i, seen);
    free(seen);
    free(all.series);
    ms_index_fini(&all.index);
    return status;
}

enum ms_status ms_build_timeline(struct ms_build *build) {
    struct memscope_timeline *timeline = &build->report->timeline;
    size_t count = build->tick_count;
    uint64_t *timestamps = ms_arena_array(build->arena, count, sizeof(*timestamps));
    uint64_t *live = ms_arena_array(build->arena, count, sizeof(*live));
    uint64_t *allocations = ms_arena_array(build->arena, count, sizeof(*allocations));
    uint64_t *frees = ms_arena_array(build->arena, count, sizeof(*frees));
    if (timestamps == NULL || live == NULL || allocations == NULL || frees == NULL)
        return MS_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        timestamps[i] = build->ticks[i].time_ns;
        live[i] = build->ticks[i].heap_live_bytes;
        allocations[i] = build->ticks[i].allocations;
        frees[i] = build->ticks[i].frees;
    }
    timeline->interval_ns = build->header->tick_interval_ns;
    timeline->count = count;
    timeline->timestamps = timestamps;
    timeline->heap_live_bytes = live;
    timeline->allocations = allocations;
    timeline->frees = frees;
    enum ms_status status = s_fill_types(build);
    return status == MS_OK ? ms_build_site_series(build) : status;
}
