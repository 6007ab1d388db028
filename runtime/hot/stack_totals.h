/* SPDX-License-Identifier: MIT */
/*
 * Counts blocks by their stack, where ms_recording.totals says so: as made when their site counts
 * them, behind that, and as freed with their free. A counter is of one site: a block whose site is
 * another one than that of its stack is counted for the stack with the same frames of its site
 * (ms_stacks_of_site). Its record keeps the first: other threads may look at it.
 *
 * A thread counts in its own shard, with plain stores. Only the owner of THREAD calls these, while
 * it is busy.
 */
#ifndef MS_HOT_STACK_TOTALS_H
#define MS_HOT_STACK_TOTALS_H

#include <stdint.h>

#include "hot/record.h"
#include "hot/thread.h"

/* The counter of STACK in this shard; where there is none yet, one that has no site. */
static inline struct ms_stack_counter *ms_stack_totals_known(struct ms_thread *thread,
                                                             uint32_t stack) {
    size_t at = thread->stack_chunks[stack / MS_STACKS_PER_CHUNK] +
                stack % MS_STACKS_PER_CHUNK * sizeof(struct ms_stack_counter);
    __asm__("" : "+r"(at)); /* GCC would add the three in another order, which takes one more */
    return (struct ms_stack_counter *)((uintptr_t)thread->no_stacks + at);
}

/* The counter for blocks of SITE with STACK; where there is no room, or STACK is 0, one that nobody
 * reads. */
struct ms_stack_counter *ms_stack_totals_find(struct ms_thread *thread, uint32_t stack,
                                              uint32_t site);

/* A block of SITE and SIZE bytes with STACK is made. */
static inline void ms_stack_totals_made(struct ms_thread *thread, uint32_t stack, uint32_t site,
                                        uint64_t size) {
    struct ms_stack_counter *counter = ms_stack_totals_find(thread, stack, site);
    ms_own_add(&counter->allocations, 1);
    ms_own_add(&counter->alloc_bytes, size);
}

/* SIZE bytes of what was made there are gone; as two's complement: are back. */
static inline void ms_stack_totals_gone(struct ms_thread *thread, uint32_t stack, uint32_t site,
                                        uint64_t size) {
    ms_own_add(&ms_stack_totals_find(thread, stack, site)->free_bytes, size);
}

/* A block of SIZE bytes with STACK, which this thread has made and counted at the site FROM, is
 * counted as one of TO. */
static inline void ms_stack_totals_move(struct ms_thread *thread, uint32_t stack, uint32_t from,
                                        uint32_t to, uint64_t size) {
    struct ms_stack_counter *counter = ms_stack_totals_find(thread, stack, from);
    ms_own_add(&counter->allocations, -UINT64_C(1));
    ms_own_add(&counter->alloc_bytes, -size);
    ms_stack_totals_made(thread, stack, to, size);
}

/* The newest block, which was counted at the site that handed it on, is counted at SITE instead,
 * which has COUNTER. False: nothing is done, because it has no record or another thread has freed
 * it. */
static inline bool ms_stack_totals_count_elsewhere(struct ms_thread *thread,
                                                   struct ms_counter *counter, uint32_t site) {
    struct ms_block *block = thread->pending_block;
    uint64_t address_thread = block != NULL ? ms_load_relaxed(&block->address_thread) : 0;
    if (address_thread == 0 || (uint16_t)address_thread != thread->index)
        return false;
    struct ms_counter *from = ms_thread_counter(thread, block->site);
    uint64_t size = MS_BLOCK_SIZE(block);
    ms_own_add(&counter->allocations, 1);
    ms_own_add(&counter->alloc_bytes, size);
    if (ms_recording.totals)
        ms_stack_totals_move(thread, thread->pending_stack, block->site, site, size);
    ms_store_release(&block->site, site);
    ms_own_add(&from->allocations, -UINT64_C(1));
    ms_own_add(&from->alloc_bytes, -size);
    return true;
}

#endif
