/* SPDX-License-Identifier: MIT */
#include "tracker/hotspots.h"

#include <string.h>

#include "base/atomics.h"
#include "base/decimal.h"
#include "memscope/abi.h"
#include "platform/os.h"
#include "store/blocks.h"
#include "store/counters.h"
#include "store/store.h"

#define MAX_INBOX 64u /* more is not there: it is emptied by the maker's next allocation */

/* What only making the rows needs. */
struct s_work {
    struct ms_hotspots *out;
    uint32_t *row_of_site; /* row + 1 */
    uint32_t site_count;
    struct ms_map row_of_place; /* row + 1 */
};

static const struct ms_site *s_site(uint32_t id) {
    return ms_store_at(MS_TABLE_SITES, (uint64_t)id * sizeof(struct ms_site));
}

static const char *s_string(uint32_t offset) {
    return offset != 0 ? ms_store_at(MS_TABLE_STRINGS, offset) : NULL;
}

size_t ms_hotspots_text_size(uint32_t id) {
    const char *file = s_string(s_site(id)->file);
    return (file != NULL ? strlen(file) : 0) + 2 + MS_DECIMAL_SIZE;
}

/* ---- rows ---- */

/* "file:line"; the file alone where there is no line. */
static const char *s_location(struct ms_hotspots *out, const struct ms_site *site) {
    char *at = out->text;
    const char *file = s_string(site->file);
    size_t length = file != NULL ? strlen(file) : 0;
    if ((size_t)(out->text_end - at) < length + 2 + MS_DECIMAL_SIZE)
        return "?"; /* cannot be: there is room for all */
    memcpy(at, file != NULL ? file : "", length);
    at[length] = 0;
    if (site->line != 0) {
        at[length++] = ':';
        ms_decimal_write(at + length, site->line);
    }
    out->text += strlen(at) + 1;
    return at;
}

static uint32_t s_add_row(struct ms_hotspots *out, const struct ms_site *site) {
    out->rows[out->count] = (struct memscope_hotspot){
        .var_name = s_string(site->var_name),
        .location = s_location(out, site),
        .stack_id = MEMSCOPE_NO_ID,
    };
    return (uint32_t)++out->count;
}

static bool s_is_of_row(const struct ms_hotspots *out, uint32_t row, const char *location,
                        const struct ms_site *site) {
    const struct memscope_hotspot *hotspot = &out->rows[row - 1];
    return hotspot->var_name == s_string(site->var_name) &&
           strcmp(hotspot->location, location) == 0;
}

/* The number of the row for the name and place of SITE, + 1; 0: no memory. */
static uint32_t s_row(struct s_work *work, const struct ms_site *site) {
    struct ms_hotspots *out = work->out;
    uint64_t key = (site->var_name * UINT64_C(0x9e3779b97f4a7c15) ^ site->file) *
                       UINT64_C(0x9e3779b97f4a7c15) +
                   site->line;
    char *mark = out->text;
    const char *location = s_location(out, site); /* to compare with */
    out->text = mark;
    uint32_t row;
    for (key |= key == 0; (row = ms_map_find(&work->row_of_place, key)) != 0; key++)
        if (s_is_of_row(out, row, location, site))
            return row;
    row = (uint32_t)out->count + 1;
    if (!ms_map_set(&work->row_of_place, key, row))
        return 0;
    return s_add_row(out, site);
}

static bool s_make_rows(struct s_work *work) {
    for (uint32_t i = 0; i < work->out->entry_count; i++) {
        const struct ms_tracker_entry *entry = &work->out->entries[i];
        const struct ms_site *site = s_site(entry->site);
        uint32_t row = s_row(work, site);
        if (row == 0)
            return false;
        work->row_of_site[entry->site] = row;
        struct memscope_hotspot *hotspot = &work->out->rows[row - 1];
        if (hotspot->type_name == NULL)
            hotspot->type_name = s_string(site->type_name);
        if (entry->stack != 0)
            hotspot->stack_id = entry->stack;
    }
    return true;
}

/* ---- counters ---- */

static bool s_is_sampled(uint32_t site) {
    return ms_store.header->sampled != 0 && s_site(site)->kind != MEMSCOPE_SITE_OBJECT;
}

/* Of one shard what is live may be below zero; sums are not. */
static void s_add_counter(struct memscope_hotspot *row, const struct ms_counter *counter,
                          uint32_t site) {
    uint64_t frees = ms_load_relaxed(&counter->frees);
    uint64_t made = ms_load_relaxed(&counter->allocations);
    row->allocation_count += made;
    row->total_size += ms_load_relaxed(&counter->alloc_bytes);
    row->live_size += ms_counters_live(counter, site);
    row->live_count = s_is_sampled(site) ? MEMSCOPE_UNKNOWN : row->live_count + (made - frees);
    row->temporary_count += ms_load_relaxed(&counter->temporary);
    row->moved_bytes = s_is_sampled(site)
                           ? MEMSCOPE_UNKNOWN
                           : row->moved_bytes + ms_load_relaxed(&counter->moved_bytes);
}

static struct memscope_hotspot *s_row_of(const struct s_work *work, uint32_t site) {
    bool is_there = site < work->site_count && work->row_of_site[site] != 0;
    return is_there ? &work->out->rows[work->row_of_site[site] - 1] : NULL;
}

static void s_add_chunk(struct s_work *work, uint64_t chunk) {
    const struct ms_counter_tag *tag =
        ms_store_at(MS_TABLE_COUNTER_TAGS, chunk * sizeof(struct ms_counter_tag));
    for (uint32_t i = 0; i < MS_COUNTERS_PER_CHUNK; i++) {
        uint32_t site = tag->first + i;
        struct memscope_hotspot *row = s_row_of(work, site);
        if (row == NULL)
            continue;
        const struct ms_counter *counter = ms_store_at(
            MS_TABLE_COUNTERS, (chunk * MS_COUNTERS_PER_CHUNK + i) * sizeof(struct ms_counter));
        s_add_counter(row, counter, site);
    }
}

/* A block that is not counted at its site yet. */
static void s_add_pending(struct s_work *work, const struct ms_thread_record *record) {
    const struct ms_pending *pending = &record->pending;
    uint32_t site = ms_load_relaxed(&pending->site);
    struct memscope_hotspot *row = s_row_of(work, site);
    if (row == NULL || ms_load_relaxed(&pending->frame_address) == 0)
        return;
    uint64_t size = ms_load_relaxed(&pending->size);
    row->allocation_count++;
    row->total_size += size;
    if (s_is_sampled(site) || ms_load_relaxed(&pending->block) == 0)
        return;
    row->live_count++;
    row->live_size += size;
}

/* Blocks whose frees wait for the thread that made them (hot/record.c): their records' `next`. */
static uint32_t s_copy_inbox(const struct ms_thread_record *record, uint32_t *ids) {
    uint64_t limit = ms_load_acquire(&ms_store.header->used[MS_TABLE_BLOCKS]);
    uint32_t count = 0, first = ms_load_acquire(&record->inbox);
    for (uint32_t id = first; id != 0 && id < limit && count < MAX_INBOX;) {
        ids[count++] = id;
        id = ms_load_relaxed(&ms_block_at(id)->next);
    }
    ms_fence_acquire();
    /* One that still has the same first record was not touched meanwhile. */
    return ms_load_relaxed(&record->inbox) == first ? count : 0;
}

static void s_free_inbox(struct s_work *work, const struct ms_thread_record *record) {
    uint32_t ids[MAX_INBOX], count = s_copy_inbox(record, ids);
    for (uint32_t i = 0; i < count; i++) {
        const struct ms_block *block = ms_block_at(ids[i]);
        uint32_t site = ms_load_acquire(&block->site);
        if (site == 0 && ms_load_relaxed(&record->pending.block) == ids[i])
            site = ms_load_relaxed(&record->pending.site);
        struct memscope_hotspot *row = s_row_of(work, site);
        if (row == NULL)
            continue;
        row->live_count--;
        row->live_size -= MS_BLOCK_SIZE(block);
    }
}

static void s_add_threads(struct s_work *work) {
    uint64_t count = ms_load_acquire(&ms_store.header->used[MS_TABLE_THREADS]);
    for (uint64_t i = 0; i < count; i++) {
        const struct ms_thread_record *record = ms_store_at(MS_TABLE_THREADS, i * sizeof(*record));
        s_add_pending(work, record);
        if (ms_store.header->sampled == 0)
            s_free_inbox(work, record);
    }
}

static void s_count(struct s_work *work) {
    uint64_t chunks = ms_load_acquire(&ms_store.header->used[MS_TABLE_COUNTERS]);
    for (uint64_t i = 0; i < chunks; i++)
        s_add_chunk(work, i);
    s_add_threads(work);
    for (size_t i = 0; i < work->out->count; i++) {
        struct memscope_hotspot *row = &work->out->rows[i];
        if ((int64_t)row->live_size < 0)
            row->live_size = 0;
        if (row->live_count != MEMSCOPE_UNKNOWN && (int64_t)row->live_count < 0)
            row->live_count = 0;
    }
}

/* Largest total_size first; qsort() may take memory from malloc. Shell, 1959. */
static void s_sort(struct memscope_hotspot *rows, size_t count) {
    size_t gap = 1;
    while (gap < count / 3)
        gap = 3 * gap + 1;
    for (; gap > 0; gap /= 3)
        for (size_t i = gap; i < count; i++) {
            struct memscope_hotspot row = rows[i];
            size_t at = i;
            for (; at >= gap && rows[at - gap].total_size < row.total_size; at -= gap)
                rows[at] = rows[at - gap];
            rows[at] = row;
        }
}

bool ms_hotspots_fill(struct ms_hotspots *out) {
    struct s_work work = {.out = out};
    work.site_count = (uint32_t)ms_load_acquire(&ms_store.header->used[MS_TABLE_SITES]);
    size_t bytes = work.site_count * sizeof(*work.row_of_site);
    work.row_of_site = ms_os_map_pages(bytes);
    if (work.row_of_site == NULL)
        return false;
    bool made = s_make_rows(&work);
    if (made) {
        s_count(&work);
        s_sort(out->rows, out->count);
    }
    ms_map_fini(&work.row_of_place);
    ms_os_unmap(work.row_of_site, bytes);
    return made;
}
