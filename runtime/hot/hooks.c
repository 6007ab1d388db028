/* SPDX-License-Identifier: MIT */
/* malloc, calloc, realloc, free and malloc_usable_size as the program sees them. Compiled without
 * frame pointers, so that each is a jump. Linked statically, these are the __wrap_ functions of the
 * linker's --wrap option. */
#include "hot/hooks.h"

#include <stdbool.h>

#include "base/atomics.h"
#include "hot/fast.h"
#include "hot/guards.h"
#include "hot/pools.h"
#include "hot/real.h"
#include "hot/record.h"
#include "hot/sampled.h"
#include "hot/traced.h"

#ifdef MS_HOT_STATIC
#    define HOOK(name) __wrap_##name
#else
#    define HOOK(name) name
#endif
#define EXPORT __attribute__((visibility("default"), nothrow))

static void *(*s_malloc)(size_t) = ms_hook_malloc;
static void *(*s_calloc)(size_t, size_t) = ms_hook_calloc;
static void *(*s_realloc)(void *, size_t) = ms_hook_realloc;
static void (*s_free)(void *) = ms_hook_free;
static size_t (*s_usable_size)(void *) = ms_hook_usable_size;

EXPORT void *HOOK(malloc)(size_t size);
EXPORT void *HOOK(malloc)(size_t size) {
    return ms_load_relaxed(&s_malloc)(size);
}

EXPORT void *HOOK(calloc)(size_t count, size_t size);
EXPORT void *HOOK(calloc)(size_t count, size_t size) {
    return ms_load_relaxed(&s_calloc)(count, size);
}

EXPORT void *HOOK(realloc)(void *address, size_t size);
EXPORT void *HOOK(realloc)(void *address, size_t size) {
    return ms_load_relaxed(&s_realloc)(address, size);
}

EXPORT void HOOK(free)(void *address);
EXPORT void HOOK(free)(void *address) {
    ms_load_relaxed (&s_free)(address);
}

EXPORT size_t HOOK(malloc_usable_size)(void *address);
EXPORT size_t HOOK(malloc_usable_size)(void *address) {
    return ms_load_relaxed(&s_usable_size)(address);
}

static bool s_removed;

static void s_set_makers(void *(*to_malloc)(size_t), void *(*to_calloc)(size_t, size_t)) {
    ms_store_relaxed(&s_malloc, to_malloc);
    ms_store_relaxed(&s_calloc, to_calloc);
}

static void s_set_others(void *(*to_realloc)(void *, size_t), void (*to_free)(void *)) {
    ms_store_relaxed(&s_realloc, to_realloc);
    ms_store_relaxed(&s_free, to_free);
}

/* Whether calls may go to the allocator itself. */
static bool s_can_be_left_alone(void) {
    return ms_load_acquire(&ms_real.malloc) != NULL && !ms_real_arena_is_used();
}

static bool s_is_watched;

static void s_watch(const void *address) {
    if (ms_pools_used)
        ms_pools_end_inside(address);
    if (ms_guards_used)
        ms_guards_take(address);
}

static void (*s_choose_free(void))(void *) {
    return !ms_fast_is_possible()                    ? ms_hook_free
           : ms_recording.frees == MS_FREES_BY_STACK ? ms_fast_free_by_stack
                                                     : ms_fast_free;
}

static void *(*s_choose_realloc(void))(void *, size_t) {
    return !ms_fast_is_possible()                    ? ms_hook_realloc
           : ms_recording.frees == MS_FREES_BY_STACK ? ms_fast_realloc_by_stack
                                                     : ms_fast_realloc;
}

static void s_watched_free(void *address) {
    s_watch(address);
    s_choose_free()(address);
}

static void *s_watched_realloc(void *address, size_t size) {
    s_watch(address);
    return s_choose_realloc()(address, size);
}

static void s_watched_traced_free(void *address) {
    s_watch(address);
    ms_traced_free(address);
}

static void *s_watched_traced_realloc(void *address, size_t size) {
    s_watch(address);
    return ms_traced_realloc(address, size);
}

static void s_choose_traced(bool idle) {
    if (idle)
        s_set_makers(ms_real.malloc, ms_real.calloc);
    else
        s_set_makers(ms_traced_malloc, ms_traced_calloc);
    if (ms_load_relaxed(&s_is_watched))
        s_set_others(s_watched_traced_realloc, s_watched_traced_free);
    else
        s_set_others(ms_traced_realloc, ms_traced_free);
}

static void s_choose_exact(bool idle) {
    bool fast = ms_fast_is_possible();
    if (idle)
        s_set_makers(ms_real.malloc, ms_real.calloc);
    else if (!fast)
        s_set_makers(ms_hook_malloc, ms_hook_calloc);
    else if (ms_recording.capture)
        s_set_makers(ms_fast_malloc_frames, ms_fast_calloc_frames);
    else
        s_set_makers(ms_fast_malloc, ms_fast_calloc);
    if (ms_load_relaxed(&s_is_watched))
        s_set_others(s_watched_realloc, s_watched_free);
    else
        s_set_others(s_choose_realloc(), s_choose_free());
}

void ms_hooks_choose(void) {
    bool idle = ms_recording.blocks == MS_BLOCKS_OFF && s_can_be_left_alone();
    if (s_removed)
        return;
    if (s_can_be_left_alone())
        ms_store_relaxed(&s_usable_size, ms_real.malloc_usable_size);
    if (idle && ms_recording.untouched) {
        s_set_makers(ms_real.malloc, ms_real.calloc);
        s_set_others(ms_real.realloc, ms_real.free);
    } else if (ms_recording.sampled) {
        s_set_makers(ms_sampled_malloc, ms_sampled_calloc);
        s_set_others(ms_sampled_realloc, ms_sampled_free);
    } else if (ms_recording.traced) {
        s_choose_traced(idle);
    } else {
        s_choose_exact(idle);
    }
}

void ms_hooks_watch(void) {
    if (ms_load_relaxed(&s_is_watched))
        return;
    ms_store_relaxed(&s_is_watched, true);
    ms_hooks_choose();
}

void ms_hooks_remove(void) {
    if (!s_can_be_left_alone())
        return;
    s_removed = true;
    s_set_makers(ms_real.malloc, ms_real.calloc);
    s_set_others(ms_real.realloc, ms_real.free);
}
