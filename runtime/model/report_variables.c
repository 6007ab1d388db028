/* SPDX-License-Identifier: MIT */
/* variables[]: what somebody has annotated. Sites of one variable (it may be assigned to in many
 * places, or its function be compiled twice) with the same declaration are one. */
#include "model/build.h"

#include <stdlib.h>

#include "model/array.h"
#include "model/lifetime.h"

struct s_variable {
    struct memscope_variable report;
    uint64_t site_peak_bytes; /* the largest */
    double variance;          /* of live_bytes, as in struct ms_estimate */
    uint64_t tick_bytes;      /* of the tick that is looked at */
    bool in_tick;
    uint32_t site_count;            /* sites that make blocks for it */
    uint32_t tick_sites;            /* of those, listed in the tick that is looked at */
    uint64_t made_bytes;            /* live blocks made for it, whoever holds them */
    uint64_t total_bytes;           /* of blocks made for it */
    struct ms_lifetime lifetime;    /* of blocks made for it */
    struct memscope_point *history; /* what `report` points to, while it is filled */
};

struct s_variables {
    struct ms_index pair_index;     /* var_name, type_name -> number of that pair */
    struct ms_index variable_index; /* number of the pair, location -> variables */
    struct s_variable *variables;   /* owned */
    uint32_t count, capacity, pair_count;
    uint32_t *of_site; /* by site: index in variables + 1, 0: none; owned */
};

static bool s_is_variable(const struct ms_build_site *site) {
    if (ms_build_is_object(site))
        return site->object.is_shown;
    return site->var_name != 0 && !site->is_loss_only &&
           (site->kind == MEMSCOPE_SITE_VARIABLE || site->kind == MEMSCOPE_SITE_MEMBER ||
            site->kind == MEMSCOPE_SITE_PARAMETER || site->kind == MEMSCOPE_SITE_TRACKED);
}

static enum ms_status s_find(const struct ms_build *build, struct s_variables *all,
                             const struct ms_build_site *site, uint32_t *out) {
    bool added;
    const uint32_t *pair = ms_index_put(
        &all->pair_index, ms_index_pair(site->var_name, site->type_name), all->pair_count, &added);
    if (pair == NULL)
        return MS_NO_MEMORY;
    all->pair_count += added;
    const uint32_t *at = ms_index_put(&all->variable_index, ms_index_pair(*pair, site->location),
                                      all->count, &added);
    if (at == NULL)
        return MS_NO_MEMORY;
    *out = *at;
    if (!added)
        return MS_OK;
    struct s_variable *variables =
        ms_array_grow(all->variables, &all->capacity, all->count, sizeof(*variables));
    if (variables == NULL)
        return MS_NO_MEMORY;
    all->variables = variables;
    struct s_variable *variable = &variables[all->count++];
    *variable = (struct s_variable){0};
    variable->report.kind = ms_build_kind(site->kind);
    variable->report.var_name = ms_build_text(build, site->var_name);
    variable->report.type_name = ms_build_text(build, site->type_name);
    variable->report.location = ms_build_text(build, site->location);
    return MS_OK;
}

static enum ms_status s_add_sites(const struct ms_build *build, struct s_variables *all) {
    for (uint32_t i = 0; i < build->site_count; i++) {
        const struct ms_build_site *site = &build->sites[i];
        uint32_t at;
        if (!s_is_variable(site))
            continue;
        enum ms_status status = s_find(build, all, site, &at);
        if (status != MS_OK)
            return status;
        struct s_variable *variable = &all->variables[at];
        all->of_site[i] = at + 1;
        const struct ms_build_object *object = &site->object;
        variable->report.live_bytes +=
            site->held_bytes + ms_build_minus(object->bytes, object->gone_bytes);
        variable->report.total_bytes += site->alloc_bytes + object->bytes;
        variable->report.total_allocations += site->allocations + object->count;
        variable->site_peak_bytes =
            ms_build_max(variable->site_peak_bytes, site->peak_bytes + object->peak_bytes);
        if (!ms_build_is_object(site) && site->allocations != 0) {
            variable->site_count++;
            variable->made_bytes += site->live_bytes;
            variable->total_bytes += site->alloc_bytes;
        }
        variable->report.live_count +=
            site->held_count + ms_build_minus(object->count, object->gone);
        variable->variance += site->held_variance;
    }
    return MS_OK;
}

/* The variable that SHARE is of, NULL: none. */
static struct s_variable *s_of_share(const struct ms_build *build, struct s_variables *all,
                                     const struct ms_share *share) {
    if (share->kind != 2 || share->id >= build->site_count || all->of_site[share->id] == 0)
        return NULL;
    return &all->variables[all->of_site[share->id] - 1];
}

/* TICK stands for NS nanoseconds. */
static void s_add_lifetimes(struct s_variables *all, const struct ms_tick *tick, double ns) {
    uint64_t least = UINT64_MAX;
    uint32_t listed = 0;
    for (uint32_t i = 0; i < MS_SHARES_PER_TICK; i++) {
        if (tick->shares[i].kind != 2)
            continue;
        listed++;
        least = tick->shares[i].live_bytes < least ? tick->shares[i].live_bytes : least;
    }
    bool all_listed = listed < MS_SHARES_PER_TICK - MS_SHARES_OF_TYPES &&
                      (listed != 0 || tick->heap_live_bytes == 0);
    if (listed == 0)
        least = tick->heap_live_bytes;
    for (uint32_t i = 0; i < all->count; i++) {
        struct s_variable *variable = &all->variables[i];
        if (variable->in_tick)
            ms_lifetime_see(&variable->lifetime, ns, variable->tick_bytes);
        if (!all_listed && variable->tick_sites < variable->site_count)
            ms_lifetime_miss(&variable->lifetime, ns,
                             least * (variable->site_count - variable->tick_sites));
    }
}

/* One point for each tick that tells of the variable. Without STORE the points are only counted. */
static void s_walk_tick(const struct ms_build *build, struct s_variables *all,
                        const struct ms_tick *tick, double ns, bool store) {
    for (uint32_t i = 0; i < MS_SHARES_PER_TICK; i++) {
        struct s_variable *variable = s_of_share(build, all, &tick->shares[i]);
        if (variable == NULL)
            continue;
        variable->tick_bytes += tick->shares[i].live_bytes;
        variable->tick_sites++;
        variable->in_tick = true;
    }
    if (store)
        s_add_lifetimes(all, tick, ns);
    for (uint32_t i = 0; i < MS_SHARES_PER_TICK; i++) {
        struct s_variable *variable = s_of_share(build, all, &tick->shares[i]);
        if (variable == NULL || !variable->in_tick)
            continue;
        if (store)
            variable->history[variable->report.history_count] =
                (struct memscope_point){tick->time_ns, variable->tick_bytes};
        variable->report.history_count++;
        variable->report.peak_bytes =
            ms_build_max(variable->report.peak_bytes, variable->tick_bytes);
        variable->tick_bytes = 0;
        variable->tick_sites = 0;
        variable->in_tick = false;
    }
}

static enum ms_status s_add_history(struct ms_build *build, struct s_variables *all) {
    for (size_t i = 0; i < build->tick_count; i++)
        s_walk_tick(build, all, &build->ticks[i], 0, false);
    for (uint32_t i = 0; i < all->count; i++) {
        struct s_variable *variable = &all->variables[i];
        variable->history = ms_arena_array(build->arena, variable->report.history_count,
                                           sizeof(*variable->history));
        if (variable->history == NULL)
            return MS_NO_MEMORY;
        variable->report.history = variable->history;
        variable->report.history_count = 0;
    }
    uint64_t last = 0, end = build->report->process.duration_ns;
    for (size_t i = 0; i < build->tick_count; i++) {
        uint64_t now = build->ticks[i].time_ns;
        s_walk_tick(build, all, &build->ticks[i], (double)ms_build_minus(now, last), true);
        last = ms_build_max(now, last);
    }
    for (uint32_t i = 0; i < all->count; i++)
        ms_lifetime_end(&all->variables[i].lifetime, (double)ms_build_minus(end, last),
                        all->variables[i].made_bytes);
    return MS_OK;
}

static int s_by_live(const void *left, const void *right) {
    const struct memscope_variable *a = left;
    const struct memscope_variable *b = right;
    int order = ms_build_descending(a->live_bytes, b->live_bytes);
    if (order == 0)
        order = ms_build_descending(a->total_bytes, b->total_bytes);
    if (order == 0)
        order = ms_build_compare_text(a->var_name, b->var_name);
    return order != 0 ? order : ms_build_compare_text(a->location, b->location);
}

/* Blocks that an annotated variable takes over are not counted: of one that has done nothing else
 * only what it holds is known. What a program tracks itself is counted. */
static void s_fill_average(struct memscope_variable *variable) {
    uint64_t count = variable->total_allocations;
    variable->average_bytes = MEMSCOPE_UNKNOWN;
    if (count != 0) {
        variable->average_bytes = (variable->total_bytes + count / 2) / count;
        return;
    }
    if (variable->kind != NULL && strcmp(variable->kind, "tracked") == 0)
        return;
    variable->total_bytes = variable->total_allocations = MEMSCOPE_UNKNOWN;
    if (variable->peak_bytes == 0)
        variable->peak_bytes = MEMSCOPE_UNKNOWN;
}

static enum ms_status s_fill(struct ms_build *build, struct s_variables *all) {
    enum ms_status status = s_add_sites(build, all);
    if (status == MS_OK)
        status = s_add_history(build, all);
    struct memscope_variable *out = ms_arena_array(build->arena, all->count, sizeof(*out));
    if (status != MS_OK || out == NULL)
        return MS_NO_MEMORY;
    for (uint32_t i = 0; i < all->count; i++) {
        out[i] = all->variables[i].report;
        uint64_t peak = ms_build_max(out[i].peak_bytes, all->variables[i].site_peak_bytes);
        out[i].peak_bytes = ms_build_max(peak, out[i].live_bytes);
        out[i].average_lifetime_ns =
            ms_lifetime_average(&all->variables[i].lifetime, all->variables[i].total_bytes);
        out[i].error_percent = ms_build_error(build, out[i].live_bytes, all->variables[i].variance);
    }
    qsort(out, all->count, sizeof(*out), s_by_live);
    for (uint32_t i = 0; i < all->count; i++)
        s_fill_average(&out[i]);
    build->report->variables = out;
    build->report->variable_count = all->count;
    return MS_OK;
}

enum ms_status ms_build_variables(struct ms_build *build) {
    struct s_variables all = {.of_site = calloc(build->site_count, sizeof(uint32_t))};
    enum ms_status status = all.of_site != NULL ? s_fill(build, &all) : MS_NO_MEMORY;
    ms_index_fini(&all.pair_index);
    ms_index_fini(&all.variable_index);
    free(all.variables);
    free(all.of_site);
    return status;
}
