/* SPDX-License-Identifier: MIT */
/*
 * What made up the peak of the process: live bytes by site and by stack, kept when the peak has
 * grown by more than one percent (and 4 KiB, and 16 bytes for each counter of a stack) since they
 * were last kept: so that takes time in proportion to what the heap grows. Two copies, so that one
 * is whole whenever the process is killed.
 */
#ifndef MS_STORE_PEAK_H
#define MS_STORE_PEAK_H

#include <stdbool.h>
#include <stdint.h>

#include "store/stack_counters.h"

#define MS_PEAK_STACK_BYTES UINT64_C(16)

/* Whether LIVE bytes are so many more than at the last time. */
static inline bool ms_peak_is_due(uint64_t live) {
    const struct ms_journal_header *header = ms_store.header;
    uint64_t taken = ms_load_acquire(&header->peak_taken); /* pairs with ms_peak_take */
    uint64_t last = ms_load_relaxed(&header->peak_taken_bytes[taken % 2]);
    uint64_t step = MS_PEAK_STACK_BYTES * ms_stack_counters_count();
    if (step < 4096)
        step = 4096;
    return (int64_t)(live - last) > (int64_t)(last / 100 > step ? last / 100 : step);
}

/* Keeps what there is, LIVE bytes in all. Any thread; does nothing while another one is at it.
 * Takes the store lock where there are new sites. */
void ms_peak_take(uint64_t live, uint64_t now_ns);

/* In the child of a fork. */
void ms_peak_forked(void);

#endif
