/* SPDX-License-Identifier: MIT */
/*
 * The malloc family: each call goes to the allocator behind us (real.h) and is then accounted
 * (record.h). strdup, getline, asprintf, operator new and the like come here through it. The four
 * that programs call most come by way of hooks.c.
 *
 * errno is what the real function left. Linked statically, these are the __wrap_ functions of the
 * linker's
 * --wrap option.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/atomics.h"
#include "hot/guards.h"
#include "hot/hooks.h"
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

static inline bool s_ready(void) {
    return MS_LIKELY(ms_real.malloc != NULL) || (ms_real_resolve() && ms_real.malloc != NULL);
}

/* Bodies are kept out of the way of the plain path. */
static void *s_arena(size_t size, size_t alignment) {
    void *memory = ms_real_arena(size, alignment);
    if (memory == NULL)
        errno = ENOMEM;
    return memory;
}

#define RECORDED(expression, size)                                                                 \
    do {                                                                                           \
        void *block_ = (expression);                                                               \
        if (MS_UNLIKELY(block_ == NULL) || MS_UNLIKELY(ms_recording.blocks == MS_BLOCKS_OFF))      \
            return block_;                                                                         \
        return ms_record_allocation(block_, (size), MS_CALL());                                    \
    } while (0)

/* For what is not called for every block: in the way that is chosen. */
static void *s_record_rare(void *block, size_t size, struct ms_call call) {
    if (ms_recording.sampled)
        return ms_sampled_allocation(block, size, call);
    if (ms_recording.traced)
        return ms_traced_allocation(block, size, call);
    if (block == NULL || ms_recording.blocks == MS_BLOCKS_OFF)
        return block;
    return ms_record_allocation(block, size, call);
}

void *ms_hook_malloc(size_t size) {
    if (MS_UNLIKELY(!s_ready()))
        return s_arena(size, 16);
    RECORDED(ms_real.malloc(size), size);
}

void *ms_hook_calloc(size_t count, size_t size) {
    size_t bytes;
    if (MS_UNLIKELY(!s_ready())) {
        if (__builtin_mul_overflow(count, size, &bytes))
            bytes = SIZE_MAX;
        return s_arena(bytes, 16);
    }
    RECORDED(ms_real.calloc(count, size), count * size);
}

void ms_hook_free(void *address) {
    if (address == NULL || MS_UNLIKELY(ms_real_in_arena(address)))
        return;
    if (MS_LIKELY(ms_recording.frees))
        ms_record_free(address);
    if (MS_LIKELY(s_ready()))
        ms_real.free(address);
}

/* A block from the arena moves to the real allocator as soon as that is known. */
static void *s_realloc_arena(void *address, size_t size) {
    size_t old = ms_real_arena_size(address);
    void *memory = s_ready() ? ms_real.malloc(size) : s_arena(size, 16);
    if (memory != NULL)
        memcpy(memory, address, old < size ? old : size);
    return memory;
}

static void *s_realloc(void *address, size_t size, struct ms_call call) {
    struct ms_moving block;
    if (MS_UNLIKELY(!s_ready()))
        return address == NULL ? s_arena(size, 16) : s_realloc_arena(address, size);
    if (address == NULL) {
        void *memory = ms_real.malloc(size);
        if (memory != NULL)
            ms_record_allocation(memory, size, call);
        return memory;
    }
    if (MS_UNLIKELY(ms_real_in_arena(address)))
        return s_realloc_arena(address, size);
    ms_record_moving(address, &block, call);
    void *memory = ms_real.realloc(address, size);
    if (memory != NULL || size == 0) /* realloc(p, 0) frees p (glibc, and C17's leave) */
        ms_record_moved(&block, memory, size, call);
    else
        ms_record_kept(&block);
    return memory;
}

void *ms_hook_realloc(void *address, size_t size) {
    return s_realloc(address, size, MS_CALL());
}

void *ms_hook_reallocation(void *address, size_t size, struct ms_call call) {
    return s_realloc(address, size, call);
}

EXPORT void *HOOK(reallocarray)(void *address, size_t count, size_t size);
EXPORT void *HOOK(reallocarray)(void *address, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    if (ms_recording.sampled)
        return ms_sampled_reallocation(address, bytes, MS_CALL());
    if (MS_UNLIKELY(ms_pools_used)) /* as for realloc: hooks.h */
        ms_pools_end_inside(address);
    if (MS_UNLIKELY(ms_guards_used))
        ms_guards_take(address);
    if (ms_recording.traced)
        return ms_traced_reallocation(address, bytes, MS_CALL());
    return s_realloc(address, bytes, MS_CALL());
}

EXPORT int HOOK(posix_memalign)(void **address, size_t alignment, size_t size);
EXPORT int HOOK(posix_memalign)(void **address, size_t alignment, size_t size) {
    if (MS_UNLIKELY(!s_ready())) {
        void *memory = ms_real_arena(size, alignment);
        if (memory == NULL)
            return ENOMEM;
        *address = memory;
        return 0;
    }
    int result = ms_real.posix_memalign(address, alignment, size);
    if (result == 0)
        s_record_rare(*address, size, MS_CALL());
    return result;
}

EXPORT void *HOOK(aligned_alloc)(size_t alignment, size_t size);
EXPORT void *HOOK(aligned_alloc)(size_t alignment, size_t size) {
    if (MS_UNLIKELY(!s_ready()))
        return s_arena(size, alignment);
    return s_record_rare(ms_real.aligned_alloc(alignment, size), size, MS_CALL());
}

EXPORT void *HOOK(memalign)(size_t alignment, size_t size);
EXPORT void *HOOK(memalign)(size_t alignment, size_t size) {
    if (MS_UNLIKELY(!s_ready()))
        return s_arena(size, alignment);
    return s_record_rare(ms_real.memalign(alignment, size), size, MS_CALL());
}

EXPORT void *HOOK(valloc)(size_t size);
EXPORT void *HOOK(valloc)(size_t size) {
    if (MS_UNLIKELY(!s_ready()))
        return s_arena(size, 4096);
    return s_record_rare(ms_real.valloc(size), size, MS_CALL());
}

EXPORT void *HOOK(pvalloc)(size_t size);
EXPORT void *HOOK(pvalloc)(size_t size) {
    if (MS_UNLIKELY(!s_ready()))
        return s_arena(size, 4096);
    return s_record_rare(ms_real.pvalloc(size), size, MS_CALL());
}

size_t ms_hook_usable_size(void *address) {
    if (address == NULL)
        return 0;
    if (ms_real_in_arena(address))
        return ms_real_arena_size(address);
    return s_ready() ? ms_real.malloc_usable_size(address) : 0;
}
