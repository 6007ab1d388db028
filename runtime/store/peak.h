/* SPDX-License-Identifier: MIT */
/*
 * What made up the peak of the process: live bytes by site, kept when the peak has grown by more
 * than one percent (and 4 KiB) since they were last kept. Two copies, so that one is whole whenever
 * the process is killed.
 */
#ifndef MS_STORE_PEAK_H
#define MS_STORE_PEAK_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

/* Whether LIVE bytes are so many more than at the last time. */
static inline bool ms_peak_is_due(uint64_t live) {
    const struct ms_journal_header *header = ms_store.header;
    uint64_t taken = ms_load_acquire(&header->peak_taken); /* pairs with ms_peak_take */
    uint64_t last = ms_load_relaxed(&header->peak_taken_bytes[taken % 2]);
    return (int64_t)(live - last) > (int64_t)(last / 100 > 4096 ? last / 100 : 4096);
}

/* Keeps what there is, LIVE bytes in all. Any thread; does nothing while another one is at it.
 * Takes the store lock where there are new sites. */
void ms_peak_take(uint64_t live, uint64_t now_ns);

/* In the child of a fork. */
void ms_peak_forked(void);

#endif
