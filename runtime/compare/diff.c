/* SPDX-License-Identifier: MIT */
#include "compare/diff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/arena.h"
#include "model/array.h"
#include "model/index.h"
#include "model/names.h"

struct ms_diff {
    struct ms_arena arena; /* of the names */
    struct ms_names names;
    struct ms_index by_type;  /* type, variable -> number of the pair */
    struct ms_index by_group; /* number and storage, function -> row */
    uint32_t pair_count;
    struct ms_diff_row *rows;
    uint32_t count, capacity;
};

const char *ms_storage_spelling(enum ms_storage storage) {
    static const char *const s_spellings[] = {
#define X(name, spelling) spelling,
        MS_STORAGES(X)
#undef X
    };
    return s_spellings[storage];
}

const char *ms_diff_measure_key(enum ms_diff_measure measure) {
    static const char *const s_keys[] = {
#define X(member, title) #member,
        MS_DIFF_MEASURES(X)
#undef X
    };
    return s_keys[measure];
}

static enum ms_storage s_storage_of(const struct memscope_site_report *site) {
    if (site->kind != NULL && strcmp(site->kind, "object") == 0)
        return MS_STORAGE_STACK;
    if (site->kind != NULL && strcmp(site->kind, "static") == 0)
        return MS_STORAGE_STATIC;
    return site->pooled ? MS_STORAGE_POOLED : MS_STORAGE_HEAP;
}

/* The row of SITE; NULL: out of memory. */
static struct ms_diff_row *s_row_of(struct ms_diff *diff, const struct memscope_site_report *site) {
    ms_name type, variable, function;
    bool added;
    if (ms_names_add(&diff->names, site->type_name, &type) != MS_OK ||
        ms_names_add(&diff->names, site->var_name, &variable) != MS_OK ||
        ms_names_add(&diff->names, site->function, &function) != MS_OK)
        return NULL;
    enum ms_storage storage = s_storage_of(site);
    uint32_t *pair =
        ms_index_put(&diff->by_type, ms_index_pair(type, variable), diff->pair_count, &added);
    if (pair == NULL || *pair > UINT32_MAX / 4 - 1)
        return NULL;
    diff->pair_count += added;
    uint32_t *row = ms_index_put(&diff->by_group, ms_index_pair(*pair * 4 + storage, function),
                                 diff->count, &added);
    if (row == NULL)
        return NULL;
    if (!added)
        return &diff->rows[*row];
    void *rows = ms_array_grow(diff->rows, &diff->capacity, diff->count, sizeof(*diff->rows));
    if (rows == NULL)
        return NULL;
    diff->rows = rows;
    diff->rows[diff->count] = (struct ms_diff_row){
        .storage = storage,
        .type_name = ms_names_text(&diff->names, type),
        .var_name = ms_names_text(&diff->names, variable),
        .function = ms_names_text(&diff->names, function),
    };
    return &diff->rows[diff->count++];
}

/* What is not known of one place is not known of the sum. */
static void s_add(uint64_t *sum, uint64_t value) {
    if (*sum == MEMSCOPE_UNKNOWN || value == MEMSCOPE_UNKNOWN ||
        __builtin_add_overflow(*sum, value, sum))
        *sum = MEMSCOPE_UNKNOWN;
}

static void s_add_site(struct ms_diff_side *side, const struct memscope_report *report,
                       const struct memscope_site_report *site) {
    const bool peak_is_known = report->summary.peak_known_bytes != MEMSCOPE_UNKNOWN;
    const uint64_t values[MS_DIFF_MEASURE_COUNT] = {
        [MS_DIFF_live_bytes] = site->live_bytes,
        [MS_DIFF_live_count] = site->live_allocations,
        [MS_DIFF_peak_bytes] = site->peak_bytes,
        [MS_DIFF_bytes_at_peak] = peak_is_known ? site->bytes_at_peak : MEMSCOPE_UNKNOWN,
        [MS_DIFF_total_bytes] = site->total_bytes,
        [MS_DIFF_total_count] = site->total_allocations,
    };
    for (size_t i = 0; i < MS_DIFF_MEASURE_COUNT; i++)
        s_add(&side->values[i], values[i]);
    double error = (double)site->live_bytes * site->error_percent / 100;
    side->live_variance += error * error;
    side->is_there = true;
}

static bool s_is_empty(const struct memscope_site_report *site) {
    return site->total_allocations == 0 && site->total_bytes == 0 && site->live_bytes == 0;
}

static enum ms_status s_add_report(struct ms_diff *diff, const struct memscope_report *report,
                                   bool is_new) {
    for (size_t i = 0; i < report->site_count; i++) {
        const struct memscope_site_report *site = &report->sites[i];
        if (s_is_empty(site))
            continue;
        struct ms_diff_row *row = s_row_of(diff, site);
        if (row == NULL)
            return MS_NO_MEMORY;
        s_add_site(is_new ? &row->new_side : &row->old, report, site);
        if (row->place == NULL || (row->place->file == NULL && site->file != NULL))
            row->place = site; /* sites come with the largest total first */
    }
    return MS_OK;
}

double ms_diff_error_bytes(const struct ms_diff_side *side) {
    return sqrt(side->live_variance);
}

bool ms_diff_growth(const struct ms_diff_row *row, enum ms_diff_measure measure, int64_t *growth) {
    uint64_t before = row->old.values[measure], now = row->new_side.values[measure];
    if (before == MEMSCOPE_UNKNOWN || now == MEMSCOPE_UNKNOWN)
        return false;
    *growth = (int64_t)(now - before);
    return true;
}

enum ms_status ms_diff_new(const struct memscope_report *old,
                           const struct memscope_report *new_report, struct ms_diff **out) {
    struct ms_diff *diff = calloc(1, sizeof(*diff));
    if (diff == NULL)
        return MS_NO_MEMORY;
    diff->names.arena = &diff->arena;
    enum ms_status status = s_add_report(diff, new_report, true);
    if (status == MS_OK)
        status = s_add_report(diff, old, false);
    if (status == MS_OK)
        *out = diff;
    else
        ms_diff_destroy(diff);
    return status;
}

void ms_diff_destroy(struct ms_diff *diff) {
    if (diff == NULL)
        return;
    ms_names_fini(&diff->names);
    ms_index_fini(&diff->by_type);
    ms_index_fini(&diff->by_group);
    ms_arena_fini(&diff->arena);
    free(diff->rows);
    free(diff);
}

const struct ms_diff_row *ms_diff_rows(const struct ms_diff *diff, size_t *count) {
    *count = diff->count;
    return diff->rows;
}
