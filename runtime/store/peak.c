/* SPDX-License-Identifier: MIT */
#include "store/peak.h"

#include "memscope/abi.h"
#include "store/blocks.h"
#include "store/counters.h"
#include "store/stack_counters.h"
#include "store/threads.h"

static uint32_t s_taking; /* 1: a thread is at it. Synchronization: atomic */

static uint64_t *s_bytes(enum ms_table table, uint64_t id, unsigned copy) {
    struct ms_peak_entry *entry = ms_store_at(table, id * sizeof(*entry));
    return &entry->live_bytes[copy];
}

/* How many sites or stacks there is room for in TABLE, of COUNT. Their COPY is all zeros then. */
static uint64_t s_reserve(enum ms_table table, uint64_t count, unsigned copy) {
    uint64_t signals, offset;
    const uint64_t size = sizeof(struct ms_peak_entry);
    if (ms_load_relaxed(&ms_store.header->used[table]) < count) {
        ms_store_lock(&signals);
        while (ms_store.tables[table].appended < count * size &&
               ms_store_append(table, size, &offset) != NULL)
            ;
        ms_store_publish(table);
        ms_store_unlock(&signals);
    }
    uint64_t room = ms_load_acquire(&ms_store.header->used[table]);
    room = room < count ? room : count;
    for (uint64_t i = 0; i < room; i++)
        *s_bytes(table, i, copy) = 0;
    return room;
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
        for (uint32_t i = 0; i < MS_COUNTERS_PER_CHUNK && tag->first + i < sites; i++) {
            uint32_t site = tag->first + i;
            if (s_is_heap(site))
                *s_bytes(MS_TABLE_PEAK, site, copy) += ms_counters_live(&counters[i], site);
        }
    }
}

static void s_add_stack_counters(unsigned copy, uint64_t stacks) {
    uint64_t chunks = ms_load_acquire(&ms_store.header->used[MS_TABLE_STACK_COUNTERS]);
    for (uint64_t chunk = 0; chunk < chunks; chunk++) {
        const struct ms_counter_tag *tag =
            ms_store_at(MS_TABLE_STACK_COUNTER_TAGS, chunk * sizeof(*tag));
        const struct ms_stack_counter *counters =
            ms_store_at(MS_TABLE_STACK_COUNTERS, chunk * MS_STACKS_PER_CHUNK * sizeof(*counters));
        for (uint32_t i = 0; i < MS_STACKS_PER_CHUNK && tag->first + i < stacks; i++)
            *s_bytes(MS_TABLE_PEAK_STACKS, tag->first + i, copy) +=
                ms_stack_counters_live(&counters[i]);
    }
}

/* 0: it has none, or is freed meanwhile. */
static uint32_t s_stack_of(const struct ms_block *block) {
    uint64_t before = ms_load_acquire(&block->address_thread); /* pairs with its maker's */
    uint32_t stack = ms_load_relaxed(&block->stack);
    ms_fence_acquire();
    return before != 0 && ms_load_relaxed(&block->address_thread) == before ? stack : 0;
}

/* A pending block is in no counter yet; of one that nobody has claimed the site is not known. */
static void s_add_pending(unsigned copy, uint64_t sites, uint64_t stacks) {
    uint64_t threads = ms_load_acquire(&ms_store.header->used[MS_TABLE_THREADS]);
    for (uint64_t i = 0; i < threads; i++) {
        const struct ms_pending *pending = &ms_threads_record((uint32_t)i)->pending;
        uint32_t site = ms_load_relaxed(&pending->site);
        uint32_t block = ms_load_relaxed(&pending->block);
        if (ms_load_relaxed(&pending->frame_address) == 0 || block == 0)
            continue;
        uint64_t size = ms_load_relaxed(&pending->size);
        uint32_t stack = s_stack_of(ms_block_at(block));
        if (site < sites)
            *s_bytes(MS_TABLE_PEAK, site, copy) += size;
        if (stack != 0 && stack < stacks)
            *s_bytes(MS_TABLE_PEAK_STACKS, stack, copy) += size;
    }
}

void ms_peak_take(uint64_t live, uint64_t now_ns) {
    struct ms_journal_header *header = ms_store.header;
    uint32_t free = 0;
    if (!ms_cas_acq_rel(&s_taking, &free, 1))
        return;
    uint64_t taken = ms_load_relaxed(&header->peak_taken) + 1;
    unsigned copy = taken % 2;
    uint64_t sites = s_reserve(MS_TABLE_PEAK, ms_load_acquire(&header->used[MS_TABLE_SITES]), copy);
    uint64_t stacks = 0;
    if (ms_stack_counters_count() != 0)
        stacks =
            s_reserve(MS_TABLE_PEAK_STACKS, ms_load_acquire(&header->used[MS_TABLE_STACKS]), copy);
    s_add_counters(copy, sites);
    s_add_stack_counters(copy, stacks);
    if (header->sampled == 0)
        s_add_pending(copy, sites, stacks);
    ms_store_relaxed(&header->peak_taken_bytes[copy], live);
    ms_store_relaxed(&header->peak_taken_ns[copy], now_ns);
    ms_store_release(&header->peak_taken, taken); /* pairs with ms_peak_is_due and the reader's */
    ms_store_release(&s_taking, 0);
}

void ms_peak_forked(void) {
    s_taking = 0;
}
