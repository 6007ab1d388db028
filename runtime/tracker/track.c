/* SPDX-License-Identifier: MIT */
/* A tracker's list of variables and objects. */
#include <stddef.h>
#include <string.h>

#include "base/atomics.h"
#include "hot/tracked.h"
#include "memscope/abi.h"
#include "store/sites.h"
#include "store/store.h"
#include "tracker/tracker.h"

#define EXPORT __attribute__((visibility("default")))

/* Under the lock: the entry of SITE; NULL: no memory. */
static struct ms_tracker_entry *s_entry(memscope_tracker *t, uint32_t site) {
    uint32_t number = ms_map_find(&t->entry_of_site, site);
    if (number != 0)
        return &t->entries[number - 1];
    void *entries =
        ms_tracker_grow(t->entries, &t->entry_capacity, t->entry_count, sizeof(*t->entries));
    if (entries != NULL)
        t->entries = entries;
    if (entries == NULL || !ms_map_set(&t->entry_of_site, site, t->entry_count + 1)) {
        ms_store_count_drop(MS_DROP_SPACE);
        return NULL;
    }
    t->entries[t->entry_count] = (struct ms_tracker_entry){.site = site};
    return &t->entries[t->entry_count++];
}

/* The depth of the stack that this call keeps, 0: none. xorshift64* by Vigna. */
static uint32_t s_sampled_depth(memscope_tracker *t) {
    uint64_t random = ms_load_relaxed(&t->random);
    random ^= random >> 12;
    random ^= random << 25;
    random ^= random >> 27;
    ms_store_relaxed(&t->random, random);
    uint64_t drawn = random * UINT64_C(0x2545F4914F6CDD1D) >> 11;
    return drawn < ms_load_relaxed(&t->threshold) ? ms_load_relaxed(&t->depth) : 0;
}

/* Where the site of VARIABLE is when it was looked up before. Its strings are most often literals.
 */
static uint32_t *s_cached(memscope_tracker *t, const struct ms_tracked_variable *variable) {
    uint64_t hash = (uintptr_t)variable->name ^ (uintptr_t)variable->file << 7;
    hash =
        (hash ^ variable->line ^ (uint64_t)variable->typed_by << 20) * UINT64_C(0x9e3779b97f4a7c15);
    return &t->cached[(hash >> 32) % MS_TRACKER_CACHE];
}

/* The site of VARIABLE, which is on the list of T; 0: there is no room. */
static uint32_t s_list(memscope_tracker *t, const struct ms_tracked_variable *variable,
                       uint32_t *cached) {
    uint64_t signals;
    uint32_t known = ms_load_acquire(cached) / 2; /* pairs with the release below */
    if (known != 0 && ms_sites_is_tracked(known, variable))
        return known;
    ms_store_lock(&signals);
    uint32_t site = ms_sites_tracked(variable);
    const struct ms_tracker_entry *entry = site != 0 ? s_entry(t, site) : NULL;
    if (entry != NULL)
        ms_store_release(cached, 2 * site + (entry->stack != 0));
    ms_store_unlock(&signals);
    return entry != NULL ? site : 0;
}

static void s_keep_stack(memscope_tracker *t, uint32_t site, uint32_t stack, uint32_t *cached) {
    uint64_t signals;
    if (ms_load_relaxed(cached) == 2 * site + 1)
        return; /* it has one */
    ms_store_lock(&signals);
    struct ms_tracker_entry *entry = s_entry(t, site);
    if (entry != NULL && entry->stack == 0)
        entry->stack = stack;
    if (entry != NULL)
        ms_store_release(cached, 2 * site + 1);
    ms_store_unlock(&signals);
}

EXPORT void memscope_track_as(memscope_tracker *t, const volatile void *variable, const char *name,
                              const char *file, int line) {
    if (t == NULL || variable == NULL || !ms_tracked_wanted())
        return;
    const void *value = *(void *const volatile *)variable;
    struct ms_tracked_variable tracked = {.name = name != NULL ? name : "?",
                                          .file = file != NULL ? file : "?",
                                          .line = line > 0 ? (uint32_t)line : 0,
                                          .kind = MEMSCOPE_SITE_TRACKED,
                                          .call = (uintptr_t)__builtin_return_address(0)};
    ms_tracked_find(value, &tracked.typed_by);
    uint32_t *cached = s_cached(t, &tracked), depth = s_sampled_depth(t);
    uint32_t site = s_list(t, &tracked, cached);
    uint32_t stack = site != 0 ? ms_tracked_take(site, value, MS_CALL(), depth) : 0;
    if (depth != 0 && stack != 0)
        s_keep_stack(t, site, stack, cached);
}

/* ---- objects ---- */

/* Under the lock: takes out the object at ADDRESS, if there is one. */
static bool s_take_out(memscope_tracker *t, uintptr_t address, struct ms_tracker_object *object) {
    uint32_t number = ms_map_find(&t->object_at, address);
    if (number == 0)
        return false;
    struct ms_tracker_object *found = &t->objects[number - 1];
    *object = *found;
    *found = (struct ms_tracker_object){.size = t->first_free_object};
    t->first_free_object = number;
    ms_map_set(&t->object_at, address, 0);
    return true;
}

static uint32_t s_free_number(memscope_tracker *t) {
    uint32_t number = t->first_free_object;
    if (number != 0) {
        t->first_free_object = (uint32_t)t->objects[number - 1].size;
        return number;
    }
    void *objects =
        ms_tracker_grow(t->objects, &t->object_capacity, t->object_count, sizeof(*t->objects));
    if (objects == NULL)
        return 0;
    t->objects = objects;
    return ++t->object_count;
}

static bool s_put_in(memscope_tracker *t, const struct ms_tracker_object *object) {
    uint32_t number = s_free_number(t);
    if (number == 0) {
        ms_store_count_drop(MS_DROP_SPACE);
        return false;
    }
    t->objects[number - 1] = (struct ms_tracker_object){.size = t->first_free_object};
    if (!ms_map_set(&t->object_at, object->address, number)) {
        t->first_free_object = number;
        ms_store_count_drop(MS_DROP_SPACE);
        return false;
    }
    t->objects[number - 1] = *object;
    return true;
}

EXPORT void memscope_track_object_as(memscope_tracker *t, const volatile void *object, size_t size,
                                     const char *name, const char *file, int line) {
    if (t == NULL || object == NULL || !ms_tracked_wanted())
        return;
    struct ms_tracked_variable tracked = {.name = name != NULL ? name : "?",
                                          .file = file != NULL ? file : "?",
                                          .line = line > 0 ? (uint32_t)line : 0,
                                          .kind = MEMSCOPE_SITE_OBJECT,
                                          .size = size,
                                          .call = (uintptr_t)__builtin_return_address(0)};
    uint64_t signals;
    struct ms_tracker_object former, now = {.address = (uintptr_t)object, .size = size};
    now.site = s_list(t, &tracked, s_cached(t, &tracked));
    if (now.site == 0)
        return;
    ms_store_lock(&signals);
    bool was_there = s_take_out(t, now.address, &former);
    bool is_there = s_put_in(t, &now);
    ms_store_unlock(&signals);
    if (was_there)
        ms_tracked_object_gone(former.site, former.size);
    if (is_there)
        ms_tracked_object_made(now.site, size);
}

EXPORT void memscope_untrack(memscope_tracker *t, const volatile void *object) {
    uint64_t signals;
    struct ms_tracker_object former;
    if (t == NULL || object == NULL)
        return;
    ms_store_lock(&signals);
    bool was_there = s_take_out(t, (uintptr_t)object, &former);
    ms_store_unlock(&signals);
    if (was_there)
        ms_tracked_object_gone(former.site, former.size);
}
