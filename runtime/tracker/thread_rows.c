/* SPDX-License-Identifier: MIT */
#include "tracker/thread_rows.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/atomics.h"
#include "store/store.h"
#include "store/threads.h"

static uint64_t s_minus(uint64_t a, uint64_t b) {
    return a > b ? a - b : 0; /* numbers that are read while they change */
}

static bool s_has_drops(void) {
    uint64_t sum = 0;
    for (size_t i = 0; i < MS_DROP_COUNT; i++)
        sum += ms_load_relaxed(&ms_store.header->dropped[i]);
    return sum != 0;
}

/* What is live is what it has made, less what it and others have freed of that. */
static void s_fill_live(const struct ms_thread_record *record, struct memscope_thread_report *row) {
    uint64_t freed = s_minus(ms_load_relaxed(&record->free_bytes),
                             ms_load_relaxed(&record->foreign_free_bytes)) +
                     ms_load_relaxed(&record->freed_elsewhere_bytes);
    uint64_t peak = ms_load_relaxed(&record->peak_bytes);
    row->live_bytes = s_minus(row->total_bytes, freed);
    row->peak_bytes = peak > row->live_bytes ? peak : row->live_bytes;
    row->error_percent = s_has_drops() ? NAN : 0;
}

static void s_fill(const struct ms_thread_record *record, char *name,
                   struct memscope_thread_report *row) {
    uint64_t stack_peak = ms_load_relaxed(&record->stack_peak_bytes);
    memcpy(name, record->name, sizeof(record->name));
    name[sizeof(record->name)] = 0;
    *row = (struct memscope_thread_report){
        .tid = record->tid,
        .name = *name != 0 ? name : NULL,
        .total_allocations = ms_load_relaxed(&record->allocations),
        .total_bytes = ms_load_relaxed(&record->alloc_bytes),
        .live_bytes = MEMSCOPE_UNKNOWN,
        .peak_bytes = MEMSCOPE_UNKNOWN,
        .freed_elsewhere = ms_load_relaxed(&record->freed_elsewhere),
        .stack_peak_bytes = stack_peak != 0 ? stack_peak : MEMSCOPE_UNKNOWN,
        .error_percent = NAN,
    };
    if (ms_store.header->sampled == 0)
        s_fill_live(record, row);
}

void ms_thread_rows_fill(struct memscope_thread_report *rows, char *text, size_t count) {
    for (size_t i = 0; i < count; i++)
        s_fill(ms_threads_record((uint32_t)i), text + i * MS_THREAD_ROW_TEXT, &rows[i]);
}
