/* SPDX-License-Identifier: MIT */
/* The usual claim: the block is pending and has a record and no site yet. What it does is what
 * ms_record_claim does and the settling that follows it. */
#ifndef MS_HOT_FAST_CLAIM_H
#define MS_HOT_FAST_CLAIM_H

#include "base/atomics.h"
#include "hot/record.h"
#include "hot/thread.h"
#include "memscope/abi.h"

/* The pending block has no record because it is not sampled: its site is all there is to say. */
static inline __attribute__((always_inline)) bool
ms_fast_claim_unsampled(struct ms_pending *pending, uint32_t site, struct ms_counter *counter,
                        const uint64_t *size) {
    if (!ms_recording.sampled || pending->block != 0 ||
        (size != NULL && MS_UNLIKELY(*size != pending->size)))
        return false;
    ms_store_relaxed(&pending->site, site); /* for the count of temporary blocks */
    ms_store_relaxed(&pending->frame_address, 0);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    ms_own_add(&counter->allocations, 1);
    ms_own_add(&counter->alloc_bytes, pending->size);
    __memscope_fresh_block = (void *)1;
    return true;
}

/* SITE made BLOCK, of *SIZE bytes unless that is NULL. False: nothing is done, it is not that case.
 * A signal handler that allocates may come at any instruction: the pending block is taken from it
 * first, and each counter is changed by one instruction. */
static inline __attribute__((always_inline)) bool
ms_fast_claim(const struct memscope_site *site, const void *block, const uint64_t *size) {
    struct ms_thread *thread = ms_thread_self;
    struct ms_counter *counter;
    uint32_t site_id = ms_load_relaxed(&site->id), id;
    if (MS_UNLIKELY(site_id == 0) || MS_UNLIKELY(thread == NULL) ||
        MS_UNLIKELY(__memscope_fresh_block != block) || MS_UNLIKELY(!ms_recording.frees))
        return false;
    struct ms_thread_record *record = thread->record;
    bool handed_on = (site->flags & MEMSCOPE_SITE_HANDED_ON) != 0;
    if (record->pending.frame_address == 0) /* counted, and claimed by one that hands it on */
        return thread->handed_on_block == record->allocations &&
               site->type_size <= thread->handed_on_size;
    if (MS_UNLIKELY((counter = thread->directory[site_id / MS_COUNTERS_PER_CHUNK]) == NULL) ||
        MS_UNLIKELY(record->pending.site != 0))
        return false;
    if (MS_UNLIKELY((id = record->pending.block) - 1 >= ms_recording.near_last))
        return !handed_on &&
               ms_fast_claim_unsampled(&record->pending, site_id,
                                       &counter[site_id % MS_COUNTERS_PER_CHUNK], size);
    struct ms_block *claimed = &ms_recording.near[id];
    if (size != NULL && MS_UNLIKELY(*size != MS_BLOCK_SIZE(claimed)))
        return false;
    counter += site_id % MS_COUNTERS_PER_CHUNK;
    ms_store_relaxed(&record->pending.frame_address, 0);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    ms_own_add(&counter->allocations, 1);
    ms_own_add(&counter->alloc_bytes, MS_BLOCK_SIZE(claimed));
    ms_store_release(&claimed->site, site_id); /* who sees the site finds the block counted */
    if (!handed_on) {
        __memscope_fresh_block = (void *)1;
    } else {
        thread->handed_on_block = record->allocations;
        thread->handed_on_size = site->type_size;
    }
    return true;
}

#endif
