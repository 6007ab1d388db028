/* SPDX-License-Identifier: MIT */
#include "store/timeline.h"

#include <string.h>

#include "memscope/abi.h"
#include "platform/os.h"
#include "store/counters.h"
#include "store/store.h"
#include "store/threads.h"

/* Sums by site and by type, in private pages that grow with the site table. Synchronization: one
 * thread, see the header. */
static struct {
    uint64_t *site_bytes; /* by site id */
    uint64_t *type_bytes; /* by the order in which types were first seen */
    uint32_t *type_of;    /* by site id: index into type_names; NO_TYPE: not on the heap */
    uint32_t *type_names; /* string offsets */
    uint32_t capacity;    /* of each by-site array */
    uint32_t known;       /* sites with type_of filled in */
    uint32_t type_count;
} s_sums;

#define NO_TYPE UINT32_MAX

static bool s_reserve(uint32_t sites) {
    if (sites <= s_sums.capacity)
        return true;
    uint32_t capacity = s_sums.capacity != 0 ? s_sums.capacity : 4096;
    while (capacity < sites)
        capacity *= 2;
    size_t size = (size_t)capacity * (8 + 8 + 4 + 4);
    unsigned char *pages = ms_os_map_pages(size);
    if (pages == NULL)
        return false;
    if (s_sums.capacity != 0)
        ms_os_unmap(s_sums.site_bytes, (size_t)s_sums.capacity * (8 + 8 + 4 + 4));
    s_sums.site_bytes = (void *)pages;
    s_sums.type_bytes = s_sums.site_bytes + capacity;
    s_sums.type_of = (uint32_t *)(s_sums.type_bytes + capacity);
    s_sums.type_names = s_sums.type_of + capacity;
    s_sums.capacity = capacity;
    s_sums.known = 0;
    s_sums.type_count = 0;
    return true;
}

/* Type names are interned: the same offset is the same type. A program has few hundred types, and a
 * new site mostly has the type of one near it: the search goes backwards. */
static uint32_t s_type_of(uint32_t name) {
    for (uint32_t i = s_sums.type_count; i-- > 0;) {
        if (s_sums.type_names[i] == name)
            return i;
    }
    s_sums.type_names[s_sums.type_count] = name;
    return s_sums.type_count++;
}

static void s_learn_sites(uint32_t sites) {
    for (; s_sums.known < sites; s_sums.known++) {
        const struct ms_site *site =
            ms_store_at(MS_TABLE_SITES, (uint64_t)s_sums.known * sizeof(*site));
        s_sums.type_of[s_sums.known] =
            site->kind == MEMSCOPE_SITE_OBJECT ? NO_TYPE : s_type_of(site->type_name);
    }
}

/* Keeps SHARES, COUNT of them, sorted by size. */
static void s_offer(struct ms_share *shares, unsigned count, uint32_t kind, uint32_t id,
                    uint64_t live_bytes) {
    if (live_bytes <= shares[count - 1].live_bytes)
        return;
    unsigned at = count - 1;
    for (; at > 0 && shares[at - 1].live_bytes < live_bytes; at--)
        shares[at] = shares[at - 1];
    shares[at] = (struct ms_share){kind, id, live_bytes};
}

static void s_fill_shares(struct ms_tick *tick, uint32_t sites) {
    memset(s_sums.type_bytes, 0, (size_t)s_sums.type_count * 8);
    for (uint32_t i = 0; i < sites; i++) {
        /* The sum of counters read at different moments may be below zero for an instant. */
        if ((int64_t)s_sums.site_bytes[i] <= 0)
            continue;
        if (s_sums.type_of[i] != NO_TYPE)
            s_sums.type_bytes[s_sums.type_of[i]] += s_sums.site_bytes[i];
        s_offer(tick->shares + MS_SHARES_OF_TYPES, MS_SHARES_PER_TICK - MS_SHARES_OF_TYPES, 2, i,
                s_sums.site_bytes[i]);
    }
    for (uint32_t i = 0; i < s_sums.type_count; i++)
        s_offer(tick->shares, MS_SHARES_OF_TYPES, 1, s_sums.type_names[i], s_sums.type_bytes[i]);
}

/* Totals are those of the threads; pending blocks are in no counter of a site. */
static void s_add_threads(struct ms_tick *tick, uint32_t sites, bool sums) {
    const struct ms_journal_header *header = ms_store.header;
    uint64_t threads = ms_load_acquire(&header->used[MS_TABLE_THREADS]);
    for (uint64_t i = 0; i < threads; i++) {
        const struct ms_thread_record *record = ms_store_at(MS_TABLE_THREADS, i * sizeof(*record));
        tick->frees += ms_load_relaxed(&record->frees);
        tick->alloc_bytes += ms_load_relaxed(&record->alloc_bytes);
        tick->allocations += ms_load_relaxed(&record->allocations);
        const struct ms_pending *pending = &record->pending;
        uint32_t site = ms_load_relaxed(&pending->site);
        if (sums && header->sampled == 0 && ms_load_relaxed(&pending->frame_address) != 0 &&
            ms_load_relaxed(&pending->block) != 0 && site < sites)
            s_sums.site_bytes[site] += ms_load_relaxed(&pending->size);
    }
    uint64_t signals;
    ms_store_lock(&signals);
    tick->heap_live_bytes = ms_threads_live_bytes();
    ms_store_unlock(&signals);
}

void ms_timeline_fill(struct ms_tick *tick) {
    const struct ms_journal_header *header = ms_store.header;
    uint32_t sites = (uint32_t)ms_load_acquire(&header->used[MS_TABLE_SITES]);
    uint64_t chunks = ms_load_acquire(&header->used[MS_TABLE_COUNTERS]);
    bool sums = s_reserve(sites);
    if (sums) {
        s_learn_sites(sites);
        memset(s_sums.site_bytes, 0, (size_t)sites * 8);
    }
    for (uint64_t chunk = 0; sums && chunk < chunks; chunk++) {
        const struct ms_counter_tag *tag = ms_store_at(MS_TABLE_COUNTER_TAGS, chunk * sizeof(*tag));
        const struct ms_counter *counters =
            ms_store_at(MS_TABLE_COUNTERS, chunk * MS_COUNTERS_PER_CHUNK * sizeof(*counters));
        for (uint32_t i = 0; i < MS_COUNTERS_PER_CHUNK; i++) {
            if (tag->first + i < sites)
                s_sums.site_bytes[tag->first + i] += ms_counters_live(&counters[i], tag->first + i);
        }
    }
    s_add_threads(tick, sites, sums);
    if (sums)
        s_fill_shares(tick, sites);
}

static struct ms_tick *s_tick(uint64_t index) {
    return ms_store_at(MS_TABLE_TICKS, index * sizeof(struct ms_tick));
}

/* Every second tick goes; the interval doubles. */
static void s_thin(void) {
    struct ms_journal_header *header = ms_store.header;
    uint64_t count = header->used[MS_TABLE_TICKS], kept = 0;
    ms_store_relaxed(&header->timeline_sequence, header->timeline_sequence + 1);
    ms_fence_release(); /* pairs with the reader's check after it has copied */
    for (uint64_t i = 0; i < count; i += 2)
        *s_tick(kept++) = *s_tick(i);
    ms_store.tables[MS_TABLE_TICKS].appended = kept * sizeof(struct ms_tick);
    header->tick_interval_ns *= 2;
    ms_store_release(&header->used[MS_TABLE_TICKS], kept);
    ms_store_release(&header->timeline_sequence, header->timeline_sequence + 1);
}

void ms_timeline_append_last(const struct ms_tick *tick) {
    uint64_t signals, offset;
    if (ms_store.header->used[MS_TABLE_TICKS] >= MS_TICK_LIMIT)
        s_thin();
    ms_store_lock(&signals);
    struct ms_tick *to = ms_store_append(MS_TABLE_TICKS, sizeof(*to), &offset);
    if (to != NULL) {
        *to = *tick;
        ms_store_publish(MS_TABLE_TICKS);
    }
    ms_store_unlock(&signals);
}

void ms_timeline_append(const struct ms_tick *tick) {
    const struct ms_journal_header *header = ms_store.header;
    uint64_t count = header->used[MS_TABLE_TICKS];
    /* A tick that comes sooner than the interval (less a quarter, for jitter) falls to the
     * thinning. */
    if (count != 0 && tick->time_ns < s_tick(count - 1)->time_ns + header->tick_interval_ns -
                                          header->tick_interval_ns / 4)
        return;
    ms_timeline_append_last(tick);
}
