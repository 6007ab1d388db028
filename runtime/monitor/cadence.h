/* SPDX-License-Identifier: MIT */
/*
 * How often a reader reads. Between two readings its values stay. A file that is expensive on this
 * machine (many processors, disks, threads) is read less often, so that one reader never takes more
 * than 1/2000 of a processor.
 */
#ifndef MS_MONITOR_CADENCE_H
#define MS_MONITOR_CADENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/moment.h"

/* Zero-initialised. Synchronization: tick lock. */
struct ms_cadence {
    uint64_t due_ns;
    uint64_t cpu_ns; /* of this thread when the reading began */
};

/* Whether it is time to read; if so, ms_cadence_end is called behind the reading. */
bool ms_cadence_begin(struct ms_cadence *cadence, const struct ms_moment *moment);
void ms_cadence_end(struct ms_cadence *cadence, uint64_t period_ns);

/* When to read again: PERIOD from now, or later when the reading has cost COST. */
uint64_t ms_cadence_next(uint64_t now_ns, uint64_t period_ns, uint64_t cost_ns);

/* DEADLINE while it is not reached, else the first one after NOW of those that come every PERIOD:
 * the missed ones are skipped, the others stay where they are. */
uint64_t ms_cadence_deadline(uint64_t deadline_ns, uint64_t now_ns, uint64_t period_ns);

#endif
