/* SPDX-License-Identifier: MIT */
/*
 * The newest events of a thread, in a ring that grows by pieces as it fills: up to its limit, or to
 * what the journal has room for; then new events take the place of the oldest.
 *
 * A ring belongs to a counter shard and goes with it from one thread to the next; one thread at a
 * time writes it. No function allocates, waits for the program or changes errno; they are not to be
 * interrupted by a handler that calls one for the same ring.
 */
#ifndef MS_STORE_EVENTS_H
#define MS_STORE_EVENTS_H

#include <stdint.h>

#include "store/layout.h"

#define MS_EVENT_PIECE   64u /* events */
#define MS_EVENT_LIMIT   (UINT32_C(1) << 20)
#define MS_EVENT_DEFAULT 1024u

struct ms_event_ring {
    uint64_t count; /* of all events that it has had */
    uint32_t at;    /* where the next one goes */
    uint32_t piece_count;
    uint32_t piece_limit;
    uint32_t open_block;   /* the record of its block */
    struct ms_event *open; /* the newest block was made there, and its site is not known; or NULL */
    struct ms_event *pieces[];
};

/* A ring for at most LIMIT events, at least one piece, in pages that are never given back. NULL: no
 * memory. */
struct ms_event_ring *ms_events_new(uint32_t limit);

/* EVENT, but for its number and time, which is now, happened to RECORD's thread, which has RING.
 * Returns where it stands until the next one; NULL: there is no room at all. */
struct ms_event *ms_events_add(struct ms_event_ring *ring, struct ms_thread_record *record,
                               const struct ms_event *event);

/* The newest block is that of record BLOCK, and AT its event, as ms_events_add gave it. */
void ms_events_open(struct ms_event_ring *ring, struct ms_event *at, uint32_t block);

/* The site of the newest block is known; nothing is done where there is none. */
void ms_events_close(struct ms_event_ring *ring, uint32_t site);

#endif
