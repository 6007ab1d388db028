/* SPDX-License-Identifier: MIT */
/* The numbers of the process, out of its own journal. Any thread, no lock, no memory. */
#ifndef MS_TRACKER_STATS_H
#define MS_TRACKER_STATS_H

#include "memscope/tracker.h"

/* Zeros where nothing is recorded. */
void ms_stats_read(memscope_tracker_stats *stats);

#endif
