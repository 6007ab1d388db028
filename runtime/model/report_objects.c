/* SPDX-License-Identifier: MIT */
/* Memory that is not on the heap: annotated objects on the stack, and static objects. What their
 * sites have counted is set apart, so that the steps that follow see the heap alone. */
#include <stdlib.h>

#include "base/atomics.h"
#include "model/build.h"

/* An object on the stack is counted as a block is. */
static void s_set_apart(struct ms_build_site *site) {
    site->object = (struct ms_build_object){
        .is_shown = true,
        .count = site->allocations,
        .bytes = site->alloc_bytes,
        .gone = site->frees,
        .gone_bytes = site->free_bytes,
        .peak_bytes = site->peak_bytes,
        .jumped = site->object.jumped,
    };
    site->allocations = site->alloc_bytes = site->frees = site->free_bytes = 0;
    site->peak_bytes = site->temporary = 0;
}

/* A static one is there from the beginning to the end. */
static void s_fill_static(struct ms_build_site *site) {
    site->object = (struct ms_build_object){
        .is_shown = true,
        .count = 1,
        .bytes = site->type_size,
        .peak_bytes = site->type_size,
    };
}

struct s_statics {
    struct ms_index newest; /* path of a module -> number of its last loading */
    struct ms_index shared; /* name, type of an object that several units define */
};

static enum ms_status s_path_of(struct ms_build *build, uint64_t number, ms_name *path) {
    const struct ms_module *module = ms_journal_entry(build->journal, MS_TABLE_MODULES, number);
    *path = 0;
    return module != NULL ? ms_build_name(build, ms_load_relaxed(&module->path), path) : MS_OK;
}

static enum ms_status s_find_newest(struct ms_build *build, struct ms_index *newest) {
    uint64_t count = ms_journal_count(build->journal, MS_TABLE_MODULES);
    enum ms_status status = MS_OK;
    for (uint64_t i = 1; status == MS_OK && i < count; i++) {
        ms_name path;
        status = s_path_of(build, i, &path);
        uint32_t *at = status == MS_OK ? ms_index_put(newest, path, (uint32_t)i, NULL) : NULL;
        if (at == NULL)
            return MS_NO_MEMORY;
        *at = (uint32_t)i;
    }
    return status;
}

/* A library that was loaded again: its objects are listed again. */
static enum ms_status s_is_older(struct ms_build *build, const struct ms_index *newest,
                                 uint32_t number, bool *is_older) {
    ms_name path = 0;
    enum ms_status status = number != 0 ? s_path_of(build, number, &path) : MS_OK;
    const uint32_t *at = status == MS_OK && path != 0 ? ms_index_find(newest, path) : NULL;
    *is_older = at != NULL && *at != number;
    return status;
}

/* A tentative definition, an inline variable, a weak one: of all that units define one is kept. */
static enum ms_status s_add_static(struct ms_build *build, struct s_statics *statics,
                                   const struct ms_site *record, struct ms_build_site *site) {
    bool is_older, is_new = true;
    enum ms_status status = s_is_older(build, &statics->newest, record->module, &is_older);
    if (status != MS_OK || is_older)
        return status;
    if ((record->flags & MEMSCOPE_SITE_SHARED) != 0 &&
        ms_index_put(&statics->shared, ms_index_pair(site->var_name, site->type_name), 0,
                     &is_new) == NULL)
        return MS_NO_MEMORY;
    if (is_new)
        s_fill_static(site);
    return MS_OK;
}

enum ms_status ms_build_objects(struct ms_build *build) {
    struct s_statics statics = {0};
    enum ms_status status = s_find_newest(build, &statics.newest);
    for (uint32_t i = 0; status == MS_OK && i < build->journal_site_count; i++) {
        struct ms_build_site *site = &build->sites[i];
        const struct ms_site *record = ms_journal_entry(build->journal, MS_TABLE_SITES, i);
        if (site->kind == MEMSCOPE_SITE_OBJECT)
            s_set_apart(site);
        else if (site->kind == MEMSCOPE_SITE_STATIC && record != NULL)
            status = s_add_static(build, &statics, record, site);
    }
    ms_index_fini(&statics.newest);
    ms_index_fini(&statics.shared);
    return status;
}

/* ---- the stacks of all threads ---- */

struct s_change {
    uint64_t time_ns;
    int64_t bytes;
};

/* Beginnings before ends: threads that only touch count as running together. */
static int s_by_time(const void *left, const void *right) {
    const struct s_change *a = left;
    const struct s_change *b = right;
    int order = ms_build_ascending(a->time_ns, b->time_ns);
    return order != 0 ? order : a->bytes < b->bytes ? 1 : a->bytes > b->bytes ? -1 : 0;
}

static uint64_t s_highest(struct s_change *changes, size_t count) {
    uint64_t now = 0;
    uint64_t highest = 0;
    qsort(changes, count, sizeof(*changes), s_by_time);
    for (size_t i = 0; i < count; i++) {
        now += (uint64_t)changes[i].bytes;
        if ((int64_t)now > (int64_t)highest)
            highest = now;
    }
    return highest;
}

/* When each thread had its peak is not known: threads that ran together may have had theirs at
 * once. */
enum ms_status ms_build_stack_peak(struct ms_build *build, uint64_t *peak) {
    uint64_t threads = ms_journal_count(build->journal, MS_TABLE_THREADS);
    size_t count = 0;
    bool has_objects = false;
    for (uint32_t i = 0; i < build->site_count; i++)
        has_objects = has_objects || build->sites[i].kind == MEMSCOPE_SITE_OBJECT;
    struct s_change *changes = calloc(2 * threads + 1, sizeof(*changes));
    if (changes == NULL)
        return MS_NO_MEMORY;
    for (uint64_t i = 0; i < threads; i++) {
        const struct ms_thread_record *thread =
            ms_journal_entry(build->journal, MS_TABLE_THREADS, i);
        int64_t bytes = thread != NULL ? (int64_t)ms_load_relaxed(&thread->stack_peak_bytes) : 0;
        if (bytes <= 0)
            continue;
        uint64_t end = ms_load_relaxed(&thread->end_ns);
        changes[count++] = (struct s_change){ms_load_relaxed(&thread->start_ns), bytes};
        changes[count++] = (struct s_change){end != 0 ? end : UINT64_MAX, -bytes};
    }
    *peak = has_objects ? s_highest(changes, count) : MEMSCOPE_UNKNOWN;
    free(changes);
    return MS_OK;
}
