/* SPDX-License-Identifier: MIT */
/* What compiled code calls: include/memscope/abi.h says when and how. */
#include <errno.h>
#include <stddef.h>

#include "hot/fast_claim.h"
#include "hot/guards.h"
#include "hot/leaks.h"
#include "hot/lifecycle.h"
#include "hot/objects.h"
#include "hot/pools.h"
#include "hot/problems.h"
#include "hot/record.h"
#include "hot/sampled.h"
#include "hot/thread.h"
#include "memscope.h"
#include "memscope/abi.h"
#include "store/marks.h"
#include "store/sites.h"
#include "store/store.h"

#define EXPORT __attribute__((visibility("default")))
#define RARE   __attribute__((noinline))

static RARE void s_claim(const struct memscope_site *site, const void *block, bool is_sized,
                         uint64_t size) {
    if (MS_LIKELY(ms_fast_claim_again(site, block, is_sized ? &size : NULL)))
        return;
    struct ms_claim claim = {.site = ms_sites_id(site),
                             .type_size = site->type_size,
                             .handed_on = (site->flags & MEMSCOPE_SITE_HANDED_ON) != 0,
                             .is_sized = is_sized,
                             .size = size};
    if (claim.site != 0 && (MS_LIKELY(!ms_pools_used) || !ms_pools_claim(&claim, block)))
        ms_record_claim(&claim, block);
}

static RARE void s_claim_by_stack(const struct memscope_site *site, const void *block) {
    if (MS_UNLIKELY(!ms_fast_claim(site, block, NULL, MS_FREES_BY_STACK)))
        s_claim(site, block, false, 0);
}

static RARE void s_claim_elements_by_stack(const struct memscope_site *site, const void *block,
                                           uint64_t size) {
    if (MS_UNLIKELY(!ms_fast_claim(site, block, &size, MS_FREES_BY_STACK)))
        s_claim(site, block, true, size);
}

EXPORT void __memscope_claim_block(const struct memscope_site *site, const void *block) {
    if (MS_UNLIKELY(!ms_fast_claim(site, block, NULL, MS_FREES_PLAIN)))
        s_claim_by_stack(site, block);
}

EXPORT void __memscope_claim_elements(const struct memscope_site *site, const void *block,
                                      size_t size) {
    uint64_t bytes = size;
    if (MS_UNLIKELY(!ms_fast_claim(site, block, &bytes, MS_FREES_PLAIN)))
        s_claim_elements_by_stack(site, block, bytes);
}

EXPORT void __memscope_move_block(const void *block, void *moved) {
    ms_record_move(block, moved);
}

/* Whether something new is recorded, be it all blocks or a sample of them. */
static inline bool s_records(void) {
    return MS_LIKELY(ms_recording.blocks == MS_BLOCKS_ON) ||
           ms_recording.blocks == MS_BLOCKS_SAMPLED;
}

EXPORT void __memscope_assign_block(const struct memscope_site *site, const void *value,
                                    const void *place) {
    uint32_t id = value != NULL && s_records() ? ms_sites_id(site) : 0;
    if (id != 0 && ms_recording.sampled)
        ms_sampled_taken(id, value, place);
    else if (id != 0)
        ms_record_taken(id, value, place);
}

EXPORT void __memscope_lose_block(const struct memscope_site *site, const void *old_value,
                                  const void *value, const void *place) {
    if (old_value == NULL || old_value == value || !s_records())
        return;
    uint32_t id = ms_sites_id(site);
    if (id != 0 && (!ms_recording.sampled || ms_sampled_has(old_value)))
        ms_record_lost(id, old_value, value, place);
}

EXPORT uint64_t __memscope_enter_object(const struct memscope_site *site, size_t size, void *frame,
                                        uint64_t outer) {
    if (MS_UNLIKELY(!s_records()) && !ms_lifecycle_ask() && !s_records())
        return 0;
    uint32_t id = ms_sites_id(site);
    if (MS_UNLIKELY(id == 0))
        return 0;
    struct ms_activation by = {(uintptr_t)frame, (uintptr_t)__builtin_dwarf_cfa(), outer};
    if (MS_UNLIKELY((site->flags & MEMSCOPE_SITE_GROWS) != 0))
        return ms_objects_enter_growing(id, &by);
    return ms_objects_enter(id, size, &by);
}

EXPORT uint64_t __memscope_grow_object(uint64_t object, size_t size) {
    return s_records() ? ms_objects_grow(object, size) : object;
}

EXPORT void __memscope_leave_object(uint64_t object) {
    if (MS_LIKELY(ms_recording.frees))
        ms_objects_leave(object);
}

/* Where the function that this is in was called from: it has a frame pointer (CMakeLists.txt). */
#define CALL()                                                                                     \
    ((struct ms_call){(uintptr_t)__builtin_return_address(0),                                      \
                      *(const uintptr_t *)__builtin_frame_address(0)})

/* BLOCK has its guard where it is one of malloc's. Where blocks are sampled that is not known. */
static void s_guard(uint32_t site, const void *block) {
    struct ms_thread *thread = ms_recording.sampled ? NULL : ms_record_enter();
    if (thread == NULL)
        return;
    if (ms_record_is_block(block))
        ms_guards_set(block, site);
    ms_record_leave(thread);
}

/* The usual allocator that is none: ms_pools_allocated would do nothing but claim the block. */
static inline bool s_only_wraps_malloc(const struct memscope_site *site, const void *block,
                                       uint64_t size) {
    return __memscope_fresh_block == block && site->deallocator == NULL &&
           ms_thread_self->record->pending.size == size; /* who has the fresh block has a state */
}

EXPORT void __memscope_allocated(const struct memscope_site *site, const void *block, uint64_t size,
                                 const void *pool) {
    if (block == NULL || ms_recording.blocks != MS_BLOCKS_ON)
        return;
    if (site == NULL) {
        if (ms_pools_used)
            ms_pools_returned(block);
        return;
    }
    if (s_only_wraps_malloc(site, block, size) &&
        (site->type_name == NULL ||
         MS_LIKELY(ms_fast_claim(site, block, NULL, MS_FREES_BY_STACK)) ||
         ms_fast_claim(site, block, NULL, MS_FREES_PLAIN)))
        return;
    struct ms_claim claim = {.site = ms_sites_id(site),
                             .type_size = site->type_size,
                             .handed_on = (site->flags & MEMSCOPE_SITE_HANDED_ON) != 0,
                             .is_sized = size != 0,
                             .size = size};
    if (claim.site == 0)
        return;
    bool is_typed = site->type_name != NULL;
    if (ms_pools_allocated(&claim, is_typed, block, pool, CALL()) && site->deallocator != NULL &&
        (is_typed || size != 0) && !ms_problems_is_deallocator(claim.site, "free"))
        s_guard(claim.site, block);
}

/* BLOCK is given back at the site RELEASE (0: by a deallocator itself). */
static void s_take_guard(uint32_t release, const void *block, struct ms_call call) {
    uint32_t made = ms_guards_take(block);
    if (made == 0 || release == 0 || ms_problems_fits(made, release) ||
        !ms_problems_is_same(made, release))
        return;
    struct ms_thread *thread = ms_record_enter();
    if (thread == NULL)
        return;
    const struct ms_wrong_free wrong = {
        .kind = MS_PROBLEM_WRONG_DEALLOCATOR, .made = made, .release = release, .block = block};
    ms_problems_note(thread, &wrong, call);
    ms_record_leave(thread);
}

EXPORT void __memscope_released(const struct memscope_site *site, const void *block) {
    if (block == NULL || !ms_recording.frees)
        return;
    uint32_t id = site != NULL ? ms_sites_id(site) : 0;
    if (ms_guards_used)
        s_take_guard(id, block, CALL());
    if (ms_pools_used)
        ms_pools_released(id, block, CALL());
}

EXPORT void __memscope_freed(const struct memscope_site *site, const void *block) {
    if (ms_guards_used && block != NULL && ms_recording.frees)
        s_take_guard(ms_sites_id(site), block, CALL());
}

EXPORT void __memscope_register_sites(const struct memscope_site *start,
                                      const struct memscope_site *stop) {
    if (!ms_lifecycle_begin())
        return;
    ms_lifecycle_compiled(start);
    ms_sites_register(start, stop);
}

EXPORT void __memscope_unregister_sites(const struct memscope_site *start,
                                        const struct memscope_site *stop) {
    if (ms_lifecycle_ready())
        ms_sites_unregister(start, stop);
}

EXPORT void memscope_mark(const char *name) {
    int saved = errno;
    if (name != NULL && ms_lifecycle_ready())
        ms_marks_add(name, ms_thread_self != NULL ? ms_thread_self->index : 0);
    errno = saved;
}

EXPORT void memscope_phase_begin(const char *name) {
    int saved = errno;
    struct ms_thread *thread = ms_thread_self;
    if (ms_lifecycle_ready() && (thread != NULL || (thread = ms_thread_attach()) != NULL))
        ms_phases_begin(&thread->phases, name, thread->index, thread->record);
    errno = saved;
}

EXPORT void memscope_phase_end(void) {
    int saved = errno;
    struct ms_thread *thread = ms_thread_self;
    if (thread != NULL && ms_lifecycle_ready())
        ms_phases_end(&thread->phases, thread->record);
    errno = saved;
}

EXPORT void memscope_pause(void) {
    ms_lifecycle_switch(false);
}

EXPORT uint64_t memscope_check_leaks(void) {
    if (!ms_lifecycle_ready())
        return MEMSCOPE_NOT_CHECKED;
    ms_leaks_scan(false);
    const struct ms_journal_header *header = ms_store.header;
    uint32_t result = ms_load_relaxed(&header->scan_result);
    return result == MS_SCAN_DONE || result == MS_SCAN_PARTLY
               ? ms_load_relaxed(&header->scan_lost_bytes)
               : MEMSCOPE_NOT_CHECKED;
}

EXPORT void memscope_resume(void) {
    ms_lifecycle_switch(true);
}
