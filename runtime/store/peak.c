/* SPDX-License-Identifier: MIT */
#include "store/peak.h"

#include "memscope/abi.h"
#include "store/counters.h"
#include "store/threads.h"

static uint32_t s_taking; /* 1: a thread is at it. Synchronization: atomic */

static struct ms_peak_entry *s_entry(uint64_t site) {
    return ms_store_at(MS_TABLE_PEAK, site * sizeof(struct ms_peak_entry));
}

/* How many sites there is room for, of COUNT. */
static uint64_t s_reserve(uint64_t count) {
    uint64_t signals, offset;
    const uint64_t size = sizeof(struct ms_peak_entry);
    if (ms_load_relaxed(&ms_store.header->used[MS_TABLE_PEAK]) >= count)
        return count;
    ms_store_lock(&signals);
    while (ms_store.tables[MS_TABLE_PEAK].appended < count * size &&
           ms_store_append(MS_TABLE_PEAK, size, &offset) != NULL)
        ;
    ms_store_publish(MS_TABLE_PEAK);
    ms_store_unlock(&signals);
    uint64_t room = ms_load_acquire(&ms_store.header->used[MS_TABLE_PEAK]);
    return room < count ? room : count;
}

static bool s_is_heap(uint32_t site) {
    const struct ms_site *record = ms_store_at(MS_TABLE_SITES, (uint64_t)site * sizeof(*record));
    return record->kind != MEMSCOPE_SITE_OBJECT;
}

static void s_add_counters(unsigned copy, uint64_t sites) {
    uint64_t chunks = ms_load_acquire(&ms_store.header->used[MS_TABLE_COUNTERS]);
    for (uint64_t chunk = 0; chunk < chunks; chunk++) {
        const struct ms_counter_tag *tag = ms_store_at(MS_TABLE_COUNTER_TAGS, chunk * sizeof(*tag));
        const struct ms_counter *counters =
            ms_store_at(MS_TABLE_COUNTERS, chunk * MS_COUNTERS_PER_CHUNK * sizeof(*counters));
        for (uint32_t i = 0; i < MS_COUNTERS_PER_CHUNK && tag->first_site + i < sites; i++) {
            uint32_t site = tag->first_site + i;
            if (s_is_heap(site))
                s_entry(site)->live_bytes[copy] += ms_counters_live(&counters[i], site);
        }
    }
}

/* A pending block is in no counter yet; of one that nobody has claimed the site is not known. */
static void s_add_pending(unsigned copy, uint64_t sites) {
    uint64_t threads = ms_load_acquire(&ms_store.header->used[MS_TABLE_THREADS]);
    for (uint64_t i = 0; i < threads; i++) {
        const struct ms_pending *pending = &ms_threads_record((uint32_t)i)->pending;
        uint32_t site = ms_load_relaxed(&pending->site);
        if (ms_load_relaxed(&pending->frame_address) != 0 &&
            ms_load_relaxed(&pending->block) != 0 && site < sites)
            s_entry(site)->live_bytes[copy] += ms_load_relaxed(&pending->size);
    }
}

void ms_peak_take(uint64_t live, uint64_t now_ns) {
    struct ms_journal_header *header = ms_store.header;
    uint32_t free = 0;
    if (!ms_cas_acq_rel(&s_taking, &free, 1))
        return;
    uint64_t taken = ms_load_relaxed(&header->peak_taken) + 1;
    unsigned copy = taken % 2;
    uint64_t sites = s_reserve(ms_load_acquire(&header->used[MS_TABLE_SITES]));
    for (uint64_t i = 0; i < sites; i++)
        s_entry(i)->live_bytes[copy] = 0;
    s_add_counters(copy, sites);
    if (header->sampled == 0)
        s_add_pending(copy, sites);
    ms_store_relaxed(&header->peak_taken_bytes[copy], live);
    ms_store_relaxed(&header->peak_taken_ns[copy], now_ns);
    ms_store_release(&header->peak_taken, taken); /* pairs with ms_peak_is_due and the reader's */
    ms_store_release(&s_taking, 0);
}

void ms_peak_forked(void) {
    s_taking = 0;
}
