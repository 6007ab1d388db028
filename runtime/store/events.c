/* SPDX-License-Identifier: MIT */
#include "store/events.h"

#include <stddef.h>

#include "platform/os.h"
#include "store/store.h"

struct ms_event_ring *ms_events_new(uint32_t limit) {
    uint32_t pieces = (limit + MS_EVENT_PIECE - 1) / MS_EVENT_PIECE;
    struct ms_event_ring *ring =
        ms_os_map_pages(sizeof(*ring) + pieces * sizeof(struct ms_event *));
    if (ring != NULL)
        ring->piece_limit = pieces != 0 ? pieces : 1;
    return ring;
}

/* One piece more; where there is no room, the ring stays as large as it is. */
static void s_grow(struct ms_event_ring *ring) {
    uint64_t signals, offset;
    ms_store_lock(&signals);
    struct ms_event *piece =
        ms_store_append(MS_TABLE_EVENTS, MS_EVENT_PIECE * sizeof(struct ms_event), &offset);
    if (piece != NULL)
        ms_store_publish(MS_TABLE_EVENTS);
    ms_store_unlock(&signals);
    if (piece != NULL)
        ring->pieces[ring->piece_count++] = piece;
    else
        ring->piece_limit = ring->piece_count;
}

/* The slot for the next event. */
static struct ms_event *s_next(struct ms_event_ring *ring) {
    if (ring->at == ring->piece_count * MS_EVENT_PIECE) {
        if (ring->piece_count < ring->piece_limit)
            s_grow(ring);
        if (ring->at == ring->piece_count * MS_EVENT_PIECE)
            ring->at = 0;
        if (ring->piece_count == 0)
            return NULL;
    }
    struct ms_event *slot = &ring->pieces[ring->at / MS_EVENT_PIECE][ring->at % MS_EVENT_PIECE];
    ring->at++;
    return slot;
}

/* Readers that find the same number before and behind a copy have a whole event. */
struct ms_event *ms_events_add(struct ms_event_ring *ring, struct ms_thread_record *record,
                               const struct ms_event *event) {
    struct ms_event *slot = s_next(ring);
    ms_own_add(&record->events, 1);
    ring->count++;
    if (slot == NULL)
        return NULL;
    if (slot == ring->open)
        ring->open = NULL;
    ms_store_relaxed(&slot->number, 0);
    ms_fence_release(); /* pairs with the reader's acquire fence */
    ms_store_relaxed(&slot->time_ns, ms_store_now_precise());
    ms_store_relaxed(&slot->address_thread, event->address_thread);
    ms_store_relaxed(&slot->size, event->size);
    ms_store_relaxed(&slot->former, event->former);
    ms_store_relaxed(&slot->site, event->site);
    ms_store_relaxed(&slot->stack, event->stack);
    ms_store_relaxed(&slot->kind, event->kind);
    ms_store_release(&slot->number, ring->count);
    return slot;
}

void ms_events_open(struct ms_event_ring *ring, struct ms_event *at, uint32_t block) {
    ring->open = at;
    ring->open_block = block;
}

void ms_events_close(struct ms_event_ring *ring, uint32_t site) {
    if (ring->open != NULL)
        ms_store_relaxed(&ring->open->site, site);
    ring->open = NULL;
}
