/* SPDX-License-Identifier: MIT */
/* The usual claim: the block is pending. What it does is what ms_record_claim does. */
#ifndef MS_HOT_FAST_CLAIM_H
#define MS_HOT_FAST_CLAIM_H

#include "base/atomics.h"
#include "hot/record.h"
#include "hot/stack_totals.h"
#include "hot/thread.h"
#include "memscope/abi.h"

/* SITE made BLOCK, of *SIZE bytes unless that is NULL. False: nothing is done, it is not that case,
 * or frees are not recorded as FREES (a constant) says. A block that is handed on without a type
 * waits for one; one with a type hardly ever gets another. Where blocks are counted by stack it
 * waits too if its stack is not that of SITE: that is then the one of the site that it gets in the
 * end. */
static inline __attribute__((always_inline)) bool ms_fast_claim(const struct memscope_site *site,
                                                                const void *block,
                                                                const uint64_t *size,
                                                                enum ms_frees frees) {
    if (MS_UNLIKELY(ms_recording.frees != frees))
        return false;
    uint32_t site_id = ms_load_relaxed(&site->id);
    if (MS_UNLIKELY(site_id == 0) || MS_UNLIKELY(__memscope_fresh_block != block))
        return false;
    struct ms_thread *thread = ms_thread_self; /* there is one: it has the fresh block */
    struct ms_thread_record *record = thread->record;
    struct ms_stack_counter *of_stack = NULL;
    struct ms_counter *counter;
    if (record->pending.frame_address == 0) /* counted, and claimed by one that hands it on */
        return thread->handed_on_block == record->allocations &&
               site->type_size <= thread->handed_on_size;
    if (size != NULL && MS_UNLIKELY(*size != record->pending.size))
        return false;
    if (record->pending.site != 0 && thread->handed_on_block == record->allocations &&
        site->type_size <= thread->handed_on_size)
        return true; /* it has a better one */
    bool handed_on = (site->flags & MEMSCOPE_SITE_HANDED_ON) != 0;
    if ((!handed_on || site->type_name != NULL) && MS_LIKELY(thread->pending_block != NULL) &&
        MS_LIKELY((counter = ms_thread_known_counter(thread, site_id)) != NULL) &&
        (frees == MS_FREES_PLAIN ||
         MS_LIKELY((of_stack = ms_stack_totals_known(thread, thread->pending_stack))->site ==
                   site_id)))
        ms_thread_count_pending(thread, counter, site_id, frees == MS_FREES_BY_STACK, of_stack);
    else
        ms_store_relaxed(&record->pending.site, site_id);
    if (handed_on) {
        thread->handed_on_block = record->allocations;
        thread->handed_on_size = site->type_size;
    } else {
        __memscope_fresh_block = (void *)1;
    }
    return true;
}

/* The same where the block was counted at a site that hands it on, and SITE has a larger type. */
static inline bool ms_fast_claim_again(const struct memscope_site *site, const void *block,
                                       const uint64_t *size) {
    uint32_t site_id = ms_load_relaxed(&site->id);
    if (MS_UNLIKELY(site_id == 0) || __memscope_fresh_block != block || !ms_recording.frees)
        return false;
    struct ms_thread *thread = ms_thread_self; /* as above */
    struct ms_thread_record *record = thread->record;
    struct ms_counter *counter = ms_thread_known_counter(thread, site_id);
    if (record->pending.frame_address != 0 || thread->handed_on_block != record->allocations ||
        site->type_size <= thread->handed_on_size || counter == NULL ||
        (size != NULL && *size != record->pending.size) ||
        !ms_stack_totals_count_elsewhere(thread, counter, site_id))
        return false;
    if ((site->flags & MEMSCOPE_SITE_HANDED_ON) != 0)
        thread->handed_on_size = site->type_size;
    else
        __memscope_fresh_block = (void *)1;
    return true;
}

#endif
