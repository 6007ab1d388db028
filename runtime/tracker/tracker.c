/* SPDX-License-Identifier: MIT */
/* Handles: made, shared and given back. */
#include "tracker/tracker.h"

#include <errno.h>
#include <string.h>

#include "base/atomics.h"
#include "hot/lifecycle.h"
#include "hot/tracked.h"
#include "platform/os.h"
#include "store/store.h"

#define EXPORT __attribute__((visibility("default")))

static memscope_tracker s_global = {
    .references = 1, .is_global = true, .depth = 20, .threshold = MS_TRACKER_ALL, .random = 1};

void *ms_tracker_grow(void *entries, uint32_t *capacity, uint32_t count, size_t size) {
    if (count < *capacity)
        return entries;
    uint32_t wanted = *capacity != 0 ? *capacity * 2 : (uint32_t)(4096 / size);
    void *grown = wanted > *capacity ? ms_os_map_pages(wanted * size) : NULL;
    if (grown == NULL || *capacity == 0) {
        *capacity = grown != NULL ? wanted : 0;
        return grown;
    }
    memcpy(grown, entries, count * size);
    ms_os_unmap(entries, *capacity * size);
    *capacity = wanted;
    return grown;
}

EXPORT memscope_tracker *memscope_tracker_new(void) {
    memscope_tracker *t = ms_os_map_pages(sizeof(*t));
    if (t == NULL)
        return NULL;
    t->references = 1;
    t->random = ms_os_now_monotonic() | 1;
    return memscope_tracker_with_sampling(t, memscope_sampling_full());
}

EXPORT memscope_tracker *memscope_tracker_global(void) {
    return &s_global;
}

EXPORT memscope_tracker *memscope_tracker_clone(memscope_tracker *t) {
    if (t != NULL)
        ms_fetch_add_relaxed(&t->references, 1);
    return t;
}

static void s_end_objects(memscope_tracker *t) {
    for (uint32_t i = 0; i < t->object_count; i++)
        if (t->objects[i].address != 0)
            ms_tracked_object_gone(t->objects[i].site, t->objects[i].size);
}

static void s_destroy(memscope_tracker *t) {
    ms_tracker_auto_export(t);
    if (ms_lifecycle_ready())
        s_end_objects(t);
    ms_map_fini(&t->entry_of_site);
    ms_map_fini(&t->object_at);
    if (t->entry_capacity != 0)
        ms_os_unmap(t->entries, t->entry_capacity * sizeof(*t->entries));
    if (t->object_capacity != 0)
        ms_os_unmap(t->objects, t->object_capacity * sizeof(*t->objects));
    ms_os_unmap(t, sizeof(*t));
}

EXPORT void memscope_tracker_release(memscope_tracker *t) {
    if (t == NULL || t->is_global)
        return;
    if (ms_fetch_add_acq_rel(&t->references, -1u) == 1) {
        int saved = errno;
        s_destroy(t);
        errno = saved;
    }
}

/* ---- what it does besides ---- */

EXPORT memscope_sampling_config memscope_sampling_demo(void) {
    return (memscope_sampling_config){0.1, false, 5};
}

EXPORT memscope_sampling_config memscope_sampling_full(void) {
    return (memscope_sampling_config){1.0, true, 20};
}

EXPORT memscope_sampling_config memscope_sampling_high_performance(void) {
    return (memscope_sampling_config){0.01, false, 0};
}

EXPORT memscope_tracker *memscope_tracker_with_sampling(memscope_tracker *t,
                                                        memscope_sampling_config config) {
    if (t == NULL)
        return NULL;
    double rate = config.sample_rate > 0 ? config.sample_rate : 0; /* also of NaN */
    size_t depth = config.capture_call_stack ? config.max_stack_depth : 0;
    ms_store_relaxed(&t->threshold, (uint64_t)((rate < 1 ? rate : 1) * (double)MS_TRACKER_ALL));
    ms_store_relaxed(&t->depth, depth < UINT32_MAX ? (uint32_t)depth : UINT32_MAX);
    return t;
}

EXPORT memscope_tracker *memscope_tracker_with_system_monitoring(memscope_tracker *t) {
    if (t == NULL)
        return NULL;
    int saved = errno;
    ms_store_relaxed(&t->monitors, true);
    ms_lifecycle_monitor();
    errno = saved;
    return t;
}

static void s_at_end(void) {
    int saved = errno;
    ms_tracker_auto_export(&s_global);
    errno = saved;
}

EXPORT memscope_tracker *memscope_tracker_with_auto_export(memscope_tracker *t, const char *path) {
    uint64_t signals;
    size_t length = path != NULL ? strlen(path) : 0;
    if (t == NULL)
        return NULL;
    if (length >= sizeof(t->export_path)) {
        ms_os_say("the path of a tracker's file is too long: the file is not written");
        length = 0;
    }
    if (length != 0 && ms_lifecycle_ready())
        ms_tracker_check_format(path);
    ms_store_lock(&signals);
    memcpy(t->export_path, path != NULL ? path : "", length);
    t->export_path[length] = 0;
    t->exporter_pid = length != 0 ? ms_os_pid() : 0;
    ms_store_unlock(&signals);
    if (t->is_global)
        ms_store_release(&ms_lifecycle_at_end, s_at_end);
    return t;
}
