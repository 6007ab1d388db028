/* SPDX-License-Identifier: MIT */
/* live[]: the groups of live blocks, whether the process has ended or not. */
#include "model/build.h"

#include <stdlib.h>

/* So many rows at most are of places that several threads have blocks in: a program of thousands of
 * threads would have them by the million. */
#define S_THREAD_ROWS 32768u
#define S_NO_THREAD   UINT32_MAX

/* Live blocks of one place, owner, stack and thread: what differs in more than that is one row. */
struct s_row {
    uint32_t site, owner, stack;
    uint32_t thread; /* S_NO_THREAD: not told */
    uint64_t count, bytes;
    double variance;
};

static int s_by_place(const void *left, const void *right) {
    const struct s_row *a = left;
    const struct s_row *b = right;
    int order = ms_build_ascending(a->site, b->site);
    if (order == 0)
        order = ms_build_ascending(a->owner, b->owner);
    return order != 0 ? order : ms_build_ascending(a->stack, b->stack);
}

static int s_by_thread(const void *left, const void *right) {
    int order = s_by_place(left, right);
    return order != 0 ? order
                      : ms_build_ascending(((const struct s_row *)left)->thread,
                                           ((const struct s_row *)right)->thread);
}

static int s_descending(const void *left, const void *right) {
    return ms_build_descending(*(const uint64_t *)left, *(const uint64_t *)right);
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
    if (order == 0)
        order = ms_build_compare_text(a->var_name, b->var_name);
    return order != 0 ? order : ms_build_ascending(a->tid, b->tid);
}

/* The variable and the type of blocks of SITE that OWNER holds. */
static void s_names(const struct ms_build *build, uint32_t site_id, uint32_t owner_id,
                    const char **var_name, const char **type_name) {
    const struct ms_build_site *site = &build->sites[site_id];
    const struct ms_build_site *owner = owner_id != 0 ? &build->sites[owner_id] : site;
    *var_name = ms_build_text(build, owner->var_name != 0 ? owner->var_name : site->var_name);
    *type_name = ms_build_text(build, site->type_name != 0 ? site->type_name : owner->type_name);
}

void ms_build_group_names(const struct ms_build *build, const struct ms_build_group *group,
                          const char **var_name, const char **type_name) {
    s_names(build, group->site, group->owner, var_name, type_name);
}

/* ---- rows ---- */

/* Sums over the parts of a group. */
struct s_sums {
    double count, bytes; /* of all */
    double count_so_far, bytes_so_far;
};

static double s_bytes(const struct ms_build_part *part) {
    double bytes = part->blocks.bytes - part->inside_bytes;
    return bytes > 0 ? bytes : 0;
}

/* Of TOTAL, what belongs to the parts up to one; the last one ends at TOTAL itself. */
static uint64_t s_up_to(double so_far, double all, uint64_t total) {
    uint64_t share = all > 0 ? ms_build_round((double)total * (so_far / all)) : 0;
    return share < total ? share : total;
}

/* The share that PART, the next one of its group, has of what is known of the group. */
static struct s_row s_part_row(const struct ms_build *build, const struct ms_build_part *part,
                               struct s_sums *sums) {
    const struct ms_build_group *group = &build->groups[part->group];
    struct s_row row = {group->site, group->owner, group->stack, part->thread, 0, 0, 0};
    uint64_t count = s_up_to(sums->count_so_far, sums->count, group->count);
    uint64_t bytes = s_up_to(sums->bytes_so_far, sums->bytes, group->bytes);
    sums->count_so_far += part->blocks.count;
    sums->bytes_so_far += s_bytes(part);
    row.count = s_up_to(sums->count_so_far, sums->count, group->count) - count;
    row.bytes = s_up_to(sums->bytes_so_far, sums->bytes, group->bytes) - bytes;
    if (build->sampled)
        row.variance = ms_build_estimate(build, &build->sites[group->site], &part->blocks).variance;
    return row;
}

static enum ms_status s_fill(const struct ms_build *build, struct s_row *rows) {
    struct s_sums *sums = calloc((size_t)build->group_count + 1, sizeof(*sums));
    if (sums == NULL)
        return MS_NO_MEMORY;
    for (uint32_t i = 0; i < build->part_count; i++) {
        const struct ms_build_part *part = &build->live_parts[i];
        sums[part->group].count += part->blocks.count;
        sums[part->group].bytes += s_bytes(part);
    }
    for (uint32_t i = 0; i < build->part_count; i++)
        rows[i] = s_part_row(build, &build->live_parts[i], &sums[build->live_parts[i].group]);
    free(sums);
    return MS_OK;
}

/* Rows of the sorted COUNT at ROWS that COMPARE calls the same become one. Returns how many there
 * are then. */
static size_t s_join(struct s_row *rows, size_t count,
                     int (*compare)(const void *left, const void *right)) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct s_row *last = kept != 0 ? &rows[kept - 1] : NULL;
        if (last == NULL || compare(last, &rows[i]) != 0) {
            rows[kept++] = rows[i];
            continue;
        }
        last->count += rows[i].count;
        last->bytes += rows[i].bytes;
        last->variance += rows[i].variance;
    }
    return kept;
}

/* Whether several threads have blocks in the place of row AT. */
static bool s_is_divided(const struct s_row *rows, size_t count, size_t at) {
    return (at != 0 && s_by_place(&rows[at - 1], &rows[at]) == 0) ||
           (at + 1 < count && s_by_place(&rows[at], &rows[at + 1]) == 0);
}

/* Leaves the thread out of the smallest of the sorted COUNT at ROWS where there are too many. */
static enum ms_status s_limit(struct ms_build *build, struct s_row *rows, size_t *count) {
    uint64_t *sizes = malloc(*count * sizeof(*sizes));
    if (sizes == NULL)
        return MS_NO_MEMORY;
    size_t divided = 0, larger = 0;
    for (size_t i = 0; i < *count; i++)
        if (s_is_divided(rows, *count, i))
            sizes[divided++] = rows[i].bytes;
    if (divided <= S_THREAD_ROWS) {
        free(sizes);
        return MS_OK;
    }
    qsort(sizes, divided, sizeof(*sizes), s_descending);
    uint64_t least = sizes[S_THREAD_ROWS - 1];
    while (sizes[larger] > least)
        larger++;
    free(sizes);
    for (size_t i = 0, left = S_THREAD_ROWS - larger; i < *count; i++) {
        if (rows[i].bytes > least || !s_is_divided(rows, *count, i))
            continue;
        if (rows[i].bytes == least && left != 0)
            left--;
        else
            rows[i].thread = S_NO_THREAD;
    }
    qsort(rows, *count, sizeof(*rows), s_by_thread);
    *count = s_join(rows, *count, s_by_thread);
    return ms_build_note(build,
                         "many threads have live blocks of the same places: the largest %u groups "
                         "of them, those down to %llu bytes, are told apart by thread",
                         S_THREAD_ROWS, (unsigned long long)least);
}

static uint64_t s_tid(const struct ms_build *build, uint32_t thread) {
    const struct ms_thread_record *record =
        thread != S_NO_THREAD ? ms_journal_entry(build->journal, MS_TABLE_THREADS, thread) : NULL;
    return record != NULL && record->tid != 0 ? record->tid : MEMSCOPE_UNKNOWN;
}

static struct memscope_live_blocks s_shown(const struct ms_build *build, const struct s_row *row) {
    struct memscope_live_blocks shown = {
        .site_id = row->site,
        .stack_id = row->stack != 0 ? row->stack : MEMSCOPE_NO_ID,
        .tid = s_tid(build, row->thread),
        .count = row->count,
        .bytes = row->bytes,
        .error_percent = ms_build_error(build, row->bytes, row->variance),
    };
    s_names(build, row->site, row->owner, &shown.var_name, &shown.type_name);
    return shown;
}

enum ms_status ms_build_live_blocks(struct ms_build *build) {
    if (build->part_count == 0)
        return MS_OK;
    struct s_row *rows = malloc(build->part_count * sizeof(*rows));
    enum ms_status status = rows != NULL ? s_fill(build, rows) : MS_NO_MEMORY;
    if (status != MS_OK) {
        free(rows);
        return status;
    }
    qsort(rows, build->part_count, sizeof(*rows), s_by_thread);
    size_t count = s_join(rows, build->part_count, s_by_thread);
    status = s_limit(build, rows, &count);
    struct memscope_live_blocks *live = ms_arena_array(build->arena, count, sizeof(*live));
    if (status == MS_OK && live == NULL)
        status = MS_NO_MEMORY;
    for (size_t i = 0; status == MS_OK && i < count; i++)
        live[i] = s_shown(build, &rows[i]);
    free(rows);
    if (status != MS_OK)
        return status;
    qsort(live, count, sizeof(*live), s_by_bytes);
    build->report->live = live;
    build->report->live_count = count;
    return MS_OK;
}
