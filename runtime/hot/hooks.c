/* SPDX-License-Identifier: MIT */
/* malloc, calloc, realloc and free as the program sees them. Compiled without frame pointers, so
 * that each is a jump. Linked statically, these are the __wrap_ functions of the linker's --wrap
 * option. */
#include "hot/hooks.h"

#include "base/atomics.h"
#include "hot/fast.h"
#include "hot/pools.h"
#include "hot/real.h"
#include "hot/record.h"
#include "hot/sampled.h"

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

static void s_choose_sampled(void) {
    ms_store_relaxed(&s_malloc, ms_sampled_malloc);
    ms_store_relaxed(&s_calloc, ms_sampled_calloc);
    ms_store_relaxed(&s_realloc, ms_sampled_realloc);
    ms_store_relaxed(&s_free, ms_sampled_free);
}

static bool s_is_watched;

static void s_watched_free(void *address) {
    ms_pools_end_inside(address);
    ms_hook_free(address);
}

static void *s_watched_realloc(void *address, size_t size) {
    ms_pools_end_inside(address);
    return ms_hook_realloc(address, size);
}

void ms_hooks_choose(void) {
    bool fast = ms_fast_is_possible();
    bool frames = ms_recording.capture;
    if (ms_load_relaxed(&s_malloc) == ms_real.malloc)
        return; /* removed */
    if (ms_recording.sampled) {
        s_choose_sampled();
        return;
    }
    ms_store_relaxed(&s_malloc, !fast    ? ms_hook_malloc
                                : frames ? ms_fast_malloc_frames
                                         : ms_fast_malloc);
    ms_store_relaxed(&s_calloc, !fast    ? ms_hook_calloc
                                : frames ? ms_fast_calloc_frames
                                         : ms_fast_calloc);
    bool watched = ms_load_relaxed(&s_is_watched);
    ms_store_relaxed(&s_free, watched ? s_watched_free : fast ? ms_fast_free : ms_hook_free);
    ms_store_relaxed(&s_realloc, watched ? s_watched_realloc : ms_hook_realloc);
}

void ms_hooks_watch(void) {
    if (ms_load_relaxed(&s_is_watched))
        return;
    ms_store_relaxed(&s_is_watched, true);
    ms_hooks_choose();
}

void ms_hooks_remove(void) {
    if (ms_load_acquire(&ms_real.malloc) == NULL || ms_real_arena_is_used())
        return;
    ms_store_relaxed(&s_malloc, ms_real.malloc);
    ms_store_relaxed(&s_calloc, ms_real.calloc);
    ms_store_relaxed(&s_realloc, ms_real.realloc);
    ms_store_relaxed(&s_free, ms_real.free);
}
