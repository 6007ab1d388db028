/* SPDX-License-Identifier: MIT */
/*
 * The timeline: one tick for each sample of the monitor thread. When MS_TICK_LIMIT ticks are there,
 * every second one is dropped and from then on only every second sample (fourth, eighth …) is kept,
 * so a day has as many ticks as a minute. header.timeline_sequence is odd while ticks are moved.
 *
 * One thread at a time: the monitor, or the thread that ends the process after it has stopped the
 * monitor.
 */
#ifndef MS_STORE_TIMELINE_H
#define MS_STORE_TIMELINE_H

#include "store/layout.h"

#define MS_TICK_LIMIT 2048u

/* Fills in what the store knows of this moment: heap numbers, and the largest types and sites.
 * Reads counters that threads are changing: each number is right for some moment during the call.
 */
void ms_timeline_fill(struct ms_tick *tick);

/* Appends *TICK, unless it falls to the thinning. LAST ones never do. */
void ms_timeline_append(const struct ms_tick *tick);
void ms_timeline_append_last(const struct ms_tick *tick);

#endif
