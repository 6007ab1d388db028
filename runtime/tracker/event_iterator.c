/* SPDX-License-Identifier: MIT */
/* memscope_events: a copy of the rings, in pages of its own. */
#include <stddef.h>

#include "base/atomics.h"
#include "hot/lifecycle.h"
#include "model/event_list.h"
#include "platform/os.h"
#include "store/blocks.h"
#include "store/store.h"
#include "store/threads.h"
#include "tracker/tracker.h"

#define EXPORT __attribute__((visibility("default")))

struct memscope_event_iterator {
    size_t bytes;
    uint64_t missing;
    size_t count, next;
    struct ms_event events[];
};

/* The site of a thread's newest block, whose event is EVENT, as far as it is known. */
static uint32_t s_newest_site(const struct ms_event *event) {
    const struct ms_thread_record *thread = ms_threads_record(MS_BLOCK_THREAD(event));
    uint32_t claimed = ms_load_relaxed(&thread->pending.site);
    uint32_t id = ms_load_relaxed(&thread->pending.block);
    const struct ms_block *block = ms_block_at(id);
    if (id == 0 || ms_load_acquire(&block->address_thread) != event->address_thread)
        return 0;
    uint32_t site = ms_load_relaxed(&block->site);
    return site != 0 ? site : claimed;
}

static void s_copy(memscope_event_iterator *events, uint64_t limit) {
    for (uint64_t i = 0; i < limit; i++) {
        struct ms_event *event = &events->events[events->count];
        if (!ms_event_list_copy(ms_store_at(MS_TABLE_EVENTS, i * sizeof(*event)), event))
            continue;
        if (event->site == 0 && event->kind != MEMSCOPE_EVENT_FREE)
            event->site = s_newest_site(event);
        events->count++;
    }
}

static uint64_t s_written(void) {
    uint64_t count = ms_load_acquire(&ms_store.header->used[MS_TABLE_THREADS]), written = 0;
    for (uint64_t i = 0; i < count; i++)
        written += ms_load_relaxed(&ms_threads_record((uint32_t)i)->events);
    return written;
}

/* ---- the filter ---- */

/* Which sites are those of a tracker's variables: a byte for each site. */
struct s_sites {
    uint8_t *are;
    size_t count;
};

static bool s_find_sites(struct s_sites *sites, const memscope_tracker *t) {
    uint64_t signals;
    sites->count = ms_load_acquire(&ms_store.header->used[MS_TABLE_SITES]);
    sites->are = ms_os_map_pages(sites->count);
    if (sites->are == NULL)
        return false;
    ms_store_lock(&signals);
    for (uint32_t i = 0; i < t->entry_count; i++)
        if (t->entries[i].site < sites->count)
            sites->are[t->entries[i].site] = 1;
    ms_store_unlock(&signals);
    return true;
}

static bool s_is_at(const struct ms_event *event, const memscope_event_filter *filter) {
    uint64_t from = (uintptr_t)filter->address, at = MS_BLOCK_ADDRESS(event);
    uint64_t bytes = filter->address_bytes != 0 ? filter->address_bytes : 1;
    uint64_t size = event->size != 0 ? event->size : 1;
    if (at >= from ? at - from < bytes : from - at < size)
        return true;
    return event->kind == MEMSCOPE_EVENT_REALLOC && event->former >= from &&
           event->former - from < bytes;
}

static bool s_passes(const struct ms_event *event, const memscope_event_filter *filter,
                     const struct s_sites *sites) {
    if (event->time_ns < filter->from_ns || (filter->to_ns != 0 && event->time_ns >= filter->to_ns))
        return false;
    if (filter->thread_id != 0 &&
        ms_threads_record(MS_BLOCK_THREAD(event))->tid != filter->thread_id)
        return false;
    if (filter->site_id != 0 && event->site != filter->site_id)
        return false;
    if (filter->tracked && (event->site >= sites->count || sites->are[event->site] == 0))
        return false;
    return filter->address == NULL || s_is_at(event, filter);
}

/* False: no memory. */
static bool s_filter(memscope_event_iterator *events, const memscope_tracker *t,
                     const memscope_event_filter *filter) {
    struct s_sites sites = {0};
    size_t kept = 0;
    if (filter->tracked && !s_find_sites(&sites, t))
        return false;
    for (size_t i = 0; i < events->count; i++)
        if (s_passes(&events->events[i], filter, &sites))
            events->events[kept++] = events->events[i];
    events->count = kept;
    if (sites.are != NULL)
        ms_os_unmap(sites.are, sites.count);
    return true;
}

/* ---- the functions ---- */

/* With room for COUNT events; NULL: no memory. */
static memscope_event_iterator *s_new(uint64_t count) {
    size_t bytes = sizeof(memscope_event_iterator) + count * sizeof(struct ms_event);
    memscope_event_iterator *events = ms_os_map_pages(bytes);
    if (events != NULL) {
        events->bytes = bytes;
        events->missing = MEMSCOPE_UNKNOWN;
    }
    return events;
}

EXPORT memscope_event_iterator *memscope_events_where(memscope_tracker *t,
                                                      const memscope_event_filter *filter) {
    if (t == NULL || !ms_lifecycle_ready() || ms_store.header->event_limit == 0)
        return s_new(0);
    uint64_t written = s_written(),
             limit = ms_load_acquire(&ms_store.header->used[MS_TABLE_EVENTS]);
    memscope_event_iterator *events = s_new(limit);
    if (events == NULL)
        return NULL;
    s_copy(events, limit);
    events->missing = written > events->count ? written - events->count : 0;
    ms_event_list_finish(events->events, events->count);
    if (filter != NULL && !s_filter(events, t, filter)) {
        ms_os_unmap(events, events->bytes);
        return NULL;
    }
    return events;
}

EXPORT memscope_event_iterator *memscope_events(memscope_tracker *t) {
    return memscope_events_where(t, NULL);
}

EXPORT bool memscope_events_next(memscope_event_iterator *events, struct memscope_event *event) {
    if (events == NULL || events->next == events->count)
        return false;
    const struct ms_event *from = &events->events[events->next++];
    ms_event_list_fill(from, ms_threads_record(MS_BLOCK_THREAD(from))->tid, event);
    return true;
}

EXPORT uint64_t memscope_events_missing(const memscope_event_iterator *events) {
    return events != NULL ? events->missing : MEMSCOPE_UNKNOWN;
}

EXPORT void memscope_events_release(memscope_event_iterator *events) {
    if (events != NULL)
        ms_os_unmap(events, events->bytes);
}
