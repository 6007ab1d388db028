/* SPDX-License-Identifier: MIT */
/* leaks[]: what was live when the process had ended. */
#include "model/build.h"

#include <stdlib.h>

static const char *const s_spellings[] = {
#define X(name, spelling) [MEMSCOPE_REACHABILITY_##name] = spelling,
    MEMSCOPE_REACHABILITIES(X)
#undef X
};

/* The surest leaks first. */
static unsigned s_rank(const struct ms_build_group *group) {
    static const uint8_t s_ranks[] = {
        [MS_REACH_UNREACHABLE] = 0,
        [MS_REACH_INDIRECT] = 1,
        [MS_REACH_UNKNOWN] = 2,
        [MS_REACH_YES] = 3,
    };
    return s_ranks[group->reach];
}

/* NULL: not known. */
static const char *s_reachability(uint32_t reach) {
    switch (reach) {
    case MS_REACH_UNREACHABLE:
        return s_spellings[MEMSCOPE_REACHABILITY_UNREACHABLE];
    case MS_REACH_INDIRECT:
        return s_spellings[MEMSCOPE_REACHABILITY_INDIRECT];
    case MS_REACH_YES:
        return s_spellings[MEMSCOPE_REACHABILITY_REACHABLE];
    default:
        return NULL;
    }
}

static int s_by_bytes(const void *left, const void *right) {
    const struct ms_build_group *a = left;
    const struct ms_build_group *b = right;
    int order = ms_build_ascending(s_rank(a), s_rank(b));
    if (order == 0)
        order = ms_build_descending(a->bytes, b->bytes);
    if (order == 0)
        order = ms_build_descending(a->count, b->count);
    if (order == 0)
        order = ms_build_ascending(a->site, b->site);
    if (order == 0)
        order = ms_build_ascending(a->owner, b->owner);
    if (order == 0)
        order = ms_build_ascending(a->lost, b->lost);
    return order != 0 ? order : ms_build_ascending(a->stack, b->stack);
}

/* LAST_SEEN is room for where GROUP was lost. */
static void s_fill(const struct ms_build *build, const struct ms_build_group *group,
                   struct memscope_leak *leak, struct memscope_last_seen *last_seen) {
    const struct ms_build_site *site = &build->sites[group->site];
    *leak = (struct memscope_leak){
        .location = ms_build_text(build, site->location),
        .function = ms_build_text(build, site->function),
        .count = group->count,
        .bytes = group->bytes,
        .first_seen_ns = group->first_ns,
        .stack_id = group->stack != 0 ? group->stack : MEMSCOPE_NO_ID,
        .reachability = s_reachability(group->reach),
        .error_percent = ms_build_error(build, group->bytes, group->variance),
    };
    ms_build_group_names(build, group, &leak->var_name, &leak->type_name);
    if (group->lost == 0)
        return;
    *last_seen = (struct memscope_last_seen){
        .var_name = ms_build_text(build, build->sites[group->lost].var_name),
        .location = ms_build_text(build, build->sites[group->lost].location),
        .function = ms_build_text(build, build->sites[group->lost].function),
    };
    leak->last_seen = last_seen;
}

enum ms_status ms_build_leaks(struct ms_build *build) {
    bool is_running = build->report->process.exit == MEMSCOPE_EXIT_RUNNING;
    if (build->group_count == 0)
        return MS_OK;
    struct memscope_leak *leaks = ms_arena_array(build->arena, build->group_count, sizeof(*leaks));
    struct memscope_last_seen *last_seen =
        ms_arena_array(build->arena, build->group_count, sizeof(*last_seen));
    if (leaks == NULL || last_seen == NULL)
        return MS_NO_MEMORY;
    qsort(build->groups, build->group_count, sizeof(*build->groups), s_by_bytes);
    size_t count = 0;
    for (uint32_t i = 0; i < build->group_count; i++) {
        /* What is in use by a process that runs is no leak, but for what was found to be one. */
        if (is_running && build->groups[i].reach == MS_REACH_UNKNOWN)
            continue;
        s_fill(build, &build->groups[i], &leaks[count], &last_seen[count]);
        count++;
    }
    build->report->leaks = leaks;
    build->report->leak_count = count;
    return MS_OK;
}
