/* SPDX-License-Identifier: MIT */
#include "hot/tracked.h"

#include <stddef.h>

#include "hot/frames.h"
#include "hot/lifecycle.h"
#include "hot/pools.h"
#include "hot/sampled.h"
#include "hot/stack_totals.h"
#include "hot/thread.h"
#include "hot/unwind.h"
#include "memscope/abi.h"
#include "platform/os.h"
#include "store/live.h"
#include "store/store.h"

static uint8_t s_kind(uint32_t site) {
    return ((const struct ms_site *)ms_store_at(MS_TABLE_SITES,
                                                (uint64_t)site * sizeof(struct ms_site)))
        ->kind;
}

/* The record of the block that starts at VALUE, 0: none. */
static uint32_t s_find(const struct ms_thread *thread, const void *value) {
    uint32_t id = ms_live_find((uintptr_t)value);
    if (id != 0 && MS_BLOCK_ADDRESS(ms_block_at(id)) == (uintptr_t)value)
        return id;
    return value == __memscope_fresh_block ? thread->record->pending.block : 0; /* moved */
}

static bool s_is_pending(const struct ms_thread *thread, uint32_t id) {
    const struct ms_pending *pending = &thread->record->pending;
    return pending->block == id && pending->frame_address != 0;
}

bool ms_tracked_wanted(void) {
    if (ms_recording.blocks == MS_BLOCKS_ASK)
        ms_lifecycle_ask();
    return ms_recording.blocks == MS_BLOCKS_ON || ms_recording.blocks == MS_BLOCKS_SAMPLED;
}

bool ms_tracked_find(const void *value, uint32_t *typed_by) {
    *typed_by = 0;
    struct ms_thread *thread = ms_recording.sampled ? NULL : ms_record_enter();
    if (thread == NULL)
        return false;
    uint32_t id = s_find(thread, value);
    if (id != 0) {
        uint32_t site = s_is_pending(thread, id) ? thread->record->pending.site
                                                 : ms_load_acquire(&ms_block_at(id)->site);
        *typed_by = site != 0 && s_kind(site) != MEMSCOPE_SITE_CALLER ? site : 0;
    }
    ms_record_leave(thread);
    return id != 0;
}

/* Where allocators of the program's own are at work, the counters of a block have what they handed
 * out of it. */
static bool s_may_move(uint32_t from) {
    uint8_t kind = s_kind(from);
    return !ms_pools_used && (kind == MEMSCOPE_SITE_UNKNOWN || kind == MEMSCOPE_SITE_CALL ||
                              kind == MEMSCOPE_SITE_CALLER || kind == MEMSCOPE_SITE_FUNCTION);
}

/* A block that is counted goes from its site to another. */
static void s_move(struct ms_thread *thread, struct ms_block *block, uint32_t site) {
    uint32_t was = ms_load_acquire(&block->site);
    uint64_t size = MS_BLOCK_SIZE(block);
    if (was == 0 || was == site || !s_may_move(was))
        return; /* 0: its maker has not counted it yet */
    struct ms_counter *from = ms_thread_counter(thread, was);
    struct ms_counter *to = ms_thread_counter(thread, site);
    ms_own_add(&to->allocations, 1);
    ms_own_add(&to->alloc_bytes, size);
    if (ms_recording.totals)
        ms_stack_totals_move(thread, block->stack, was, site, size);
    ms_store_release(&block->site, site); /* who sees the site finds the block counted */
    ms_own_add(&from->allocations, -UINT64_C(1));
    ms_own_add(&from->alloc_bytes, -size);
}

static void s_count_at(struct ms_thread *thread, uint32_t id, uint32_t site, const void *value) {
    struct ms_pending *pending = &thread->record->pending;
    if (!s_is_pending(thread, id))
        s_move(thread, ms_block_at(id), site);
    else if (pending->site == 0 || s_may_move(pending->site))
        ms_store_relaxed(&pending->site, site);
    if (__memscope_fresh_block == value)
        __memscope_fresh_block = (void *)1; /* no other site will claim it */
}

/* Where blocks are counted by their stack, one that was counted without keeps none. */
static uint32_t s_stack(struct ms_thread *thread, struct ms_block *block, struct ms_call call,
                        uint32_t depth) {
    if (block->stack == 0 && depth != 0 && !ms_recording.totals)
        block->stack = ms_recording.tables ? ms_unwind_capture(thread, call, depth)
                                           : ms_frames_capture(thread, call, depth);
    return block->stack;
}

uint32_t ms_tracked_take(uint32_t site, const void *value, struct ms_call call, uint32_t depth) {
    if (ms_recording.sampled) {
        ms_sampled_taken(site, value, NULL);
        return 0;
    }
    struct ms_thread *thread = ms_record_enter();
    if (thread == NULL)
        return 0;
    uint32_t stack = 0, id = s_find(thread, value);
    if (id != 0) {
        stack = s_stack(thread, ms_block_at(id), call,
                        depth < MS_CAPTURE_LIMIT ? depth : MS_CAPTURE_LIMIT);
        s_count_at(thread, id, site, value);
    }
    ms_record_leave(thread);
    ms_record_taken(site, value, NULL);
    return stack;
}

/* ---- objects ---- */

/* With signals blocked: the counters of objects are also used by handlers that have some. */
static struct ms_thread *s_begin(uint64_t *signals) {
    ms_os_block_signals(signals);
    struct ms_thread *thread = ms_recording.frees ? ms_record_enter() : NULL;
    if (thread == NULL)
        ms_os_restore_signals(signals);
    return thread;
}

static void s_end(struct ms_thread *thread, const uint64_t *signals) {
    ms_record_leave(thread);
    ms_os_restore_signals(signals);
}

void ms_tracked_object_made(uint32_t site, uint64_t size) {
    uint64_t signals;
    struct ms_thread *thread = s_begin(&signals);
    if (thread == NULL)
        return;
    struct ms_counter *counter = ms_thread_counter(thread, site);
    ms_own_add(&counter->allocations, 1);
    ms_own_add(&counter->alloc_bytes, size);
    s_end(thread, &signals);
}

void ms_tracked_object_gone(uint32_t site, uint64_t size) {
    uint64_t signals;
    struct ms_thread *thread = s_begin(&signals);
    if (thread == NULL)
        return;
    ms_thread_count_freed_at(ms_thread_counter(thread, site), size);
    s_end(thread, &signals);
}
