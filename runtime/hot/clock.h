/* SPDX-License-Identifier: MIT */
/* The time in records: the clock that the monitor publishes, or the system's when there is none. */
#ifndef MS_HOT_CLOCK_H
#define MS_HOT_CLOCK_H

#include <stdint.h>

#include "base/atomics.h"
#include "hot/record.h"
#include "store/store.h"

static inline uint64_t ms_clock_now(void) {
    return MS_UNLIKELY(ms_recording.own_clock) ? ms_store_now()
                                               : ms_load_relaxed(&ms_store.header->now_ns);
}

/* In the unit of block records. */
static inline uint32_t ms_clock_units(void) {
    return MS_UNLIKELY(ms_recording.own_clock) ? MS_BLOCK_TIME(ms_store_now())
                                               : ms_load_relaxed(&ms_recording.now);
}

#endif
