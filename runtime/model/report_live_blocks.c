/* SPDX-License-Identifier: MIT */
/* live[]: the groups of live blocks, whether the process has ended or not. */
#include "model/build.h"

#include <stdlib.h>

static int s_by_place(const void *left, const void *right) {
    const struct ms_build_group *a = left;
    const struct ms_build_group *b = right;
    int order = ms_build_ascending(a->site, b->site);
    if (order == 0)
        order = ms_build_ascending(a->owner, b->owner);
    return order != 0 ? order : ms_build_ascending(a->stack, b->stack);
}

static int s_by_bytes(const void *left, const void *right) {
    const struct memscope_live_blocks *a = left;
    const struct memscope_live_blocks *b = right;
    int order = ms_build_descending(a->bytes, b->bytes);
    if (order == 0)
        order = ms_build_descending(a->count, b->count);
    if (order == 0)
        order = ms_build_ascending(a->site_id, b->site_id);
    if (order == 0)
        order = ms_build_ascending(a->stack_id, b->stack_id);
    return order != 0 ? order : ms_build_compare_text(a->var_name, b->var_name);
}

void ms_build_group_names(const struct ms_build *build, const struct ms_build_group *group,
                          const char **var_name, const char **type_name) {
    const struct ms_build_site *site = &build->sites[group->site];
    const struct ms_build_site *owner = group->owner != 0 ? &build->sites[group->owner] : site;
    *var_name = ms_build_text(build, owner->var_name != 0 ? owner->var_name : site->var_name);
    *type_name = ms_build_text(build, site->type_name != 0 ? site->type_name : owner->type_name);
}

/* The COUNT groups at FIRST, which differ in where they were lost alone, as one row. */
static struct memscope_live_blocks s_row(const struct ms_build *build,
                                         const struct ms_build_group *first, uint32_t count) {
    double variance = 0;
    struct memscope_live_blocks row = {
        .site_id = first->site,
        .stack_id = first->stack != 0 ? first->stack : MEMSCOPE_NO_ID,
    };
    ms_build_group_names(build, first, &row.var_name, &row.type_name);
    for (uint32_t i = 0; i < count; i++) {
        row.count += first[i].count;
        row.bytes += first[i].bytes;
        variance += first[i].variance;
    }
    row.error_percent = ms_build_error(build, row.bytes, variance);
    return row;
}

enum ms_status ms_build_live_blocks(struct ms_build *build) {
    if (build->group_count == 0)
        return MS_OK;
    struct memscope_live_blocks *rows =
        ms_arena_array(build->arena, build->group_count, sizeof(*rows));
    if (rows == NULL)
        return MS_NO_MEMORY;
    qsort(build->groups, build->group_count, sizeof(*build->groups), s_by_place);
    size_t count = 0;
    for (uint32_t i = 0, next; i < build->group_count; i = next) {
        for (next = i + 1; next < build->group_count; next++)
            if (s_by_place(&build->groups[i], &build->groups[next]) != 0)
                break;
        rows[count++] = s_row(build, &build->groups[i], next - i);
    }
    qsort(rows, count, sizeof(*rows), s_by_bytes);
    build->report->live = rows;
    build->report->live_count = count;
    return MS_OK;
}
