/* SPDX-License-Identifier: MIT */
/* threads[], and the histograms of block sizes and lifetimes. */
#include "model/build.h"

#include <string.h>

#include "base/atomics.h"

#define BUCKET_COUNT     64u
#define LIFETIME_UNIT_NS UINT64_C(100000000)

/* By thread too: what the sampled blocks say. When it was most cannot be told from those. */
static void s_estimate_thread(const struct ms_weighted *live, struct memscope_thread_report *out) {
    out->live_bytes = ms_build_round(live->bytes);
    out->peak_bytes = MEMSCOPE_UNKNOWN;
    out->error_percent = ms_estimate_error(live->bytes, live->variance);
}

static enum ms_status s_fill_thread(struct ms_build *build, uint64_t index,
                                    const struct ms_thread_record *record,
                                    struct memscope_thread_report *out) {
    char name[sizeof(record->name) + 1];
    memcpy(name, record->name, sizeof(record->name));
    name[sizeof(record->name)] = '\0';
    ms_name number;
    enum ms_status status = ms_names_add(&build->names, name[0] != '\0' ? name : NULL, &number);
    if (status != MS_OK)
        return status;
    out->tid = record->tid;
    out->name = ms_build_text(build, number);
    out->total_allocations = ms_load_relaxed(&record->allocations);
    out->total_bytes = ms_load_relaxed(&record->alloc_bytes);
    /* What this thread has freed of its own, and what others have freed of it. */
    uint64_t freed = ms_build_minus(ms_load_relaxed(&record->free_bytes),
                                    ms_load_relaxed(&record->foreign_free_bytes)) +
                     ms_load_relaxed(&record->freed_elsewhere_bytes);
    out->live_bytes = ms_build_minus(out->total_bytes, freed);
    out->peak_bytes = ms_build_max(ms_load_relaxed(&record->peak_bytes), out->live_bytes);
    out->freed_elsewhere = ms_load_relaxed(&record->freed_elsewhere);
    uint64_t stack_peak = ms_load_relaxed(&record->stack_peak_bytes);
    out->stack_peak_bytes = stack_peak != 0 ? stack_peak : MEMSCOPE_UNKNOWN;
    out->error_percent = ms_build_error(build, 0, 0);
    if (build->sampled && index < build->thread_count)
        s_estimate_thread(&build->threads[index], out);
    return MS_OK;
}

static enum ms_status s_fill_threads(struct ms_build *build) {
    static const struct ms_thread_record s_unused;
    uint64_t count = ms_journal_count(build->journal, MS_TABLE_THREADS);
    struct memscope_thread_report *threads = ms_arena_array(build->arena, count, sizeof(*threads));
    if (threads == NULL)
        return MS_NO_MEMORY;
    build->report->threads = threads;
    for (uint64_t i = 0; i < count; i++) {
        const struct ms_thread_record *record =
            ms_journal_entry(build->journal, MS_TABLE_THREADS, i);
        if (record == NULL || memcmp(record, &s_unused, sizeof(s_unused)) == 0)
            continue;
        enum ms_status status =
            s_fill_thread(build, i, record, &threads[build->report->thread_count]);
        if (status != MS_OK)
            return status;
        build->report->thread_count++;
    }
    return MS_OK;
}

/* 2^POWER x UNIT; what does not fit ends at the largest number that is known. */
static uint64_t s_scale(unsigned power, uint64_t unit) {
    uint64_t value;
    if (power > 63 || __builtin_mul_overflow(UINT64_C(1) << power, unit, &value))
        return MEMSCOPE_UNKNOWN - 1;
    return value;
}

/* The buckets from the first to the last that is not empty. */
static enum ms_status s_fill_buckets(struct ms_build *build, const uint64_t *sums, uint64_t unit,
                                     const struct memscope_bucket **out, size_t *out_count) {
    unsigned first = 0;
    unsigned end = BUCKET_COUNT;
    while (first < end && sums[first] == 0)
        first++;
    while (end > first && sums[end - 1] == 0)
        end--;
    struct memscope_bucket *buckets = ms_arena_array(build->arena, end - first, sizeof(*buckets));
    if (buckets == NULL)
        return MS_NO_MEMORY;
    for (unsigned i = first; i < end; i++)
        buckets[i - first] =
            (struct memscope_bucket){i == 0 ? 0 : s_scale(i - 1, unit), s_scale(i, unit), sums[i]};
    *out = buckets;
    *out_count = end - first;
    return MS_OK;
}

static enum ms_status s_fill_histograms(struct ms_build *build) {
    uint64_t sizes[BUCKET_COUNT] = {0};
    uint64_t lifetimes[BUCKET_COUNT] = {0};
    uint64_t aged = 0, freed = 0;
    uint64_t count = ms_journal_count(build->journal, MS_TABLE_HISTOGRAMS);
    for (uint64_t i = 0; i < count; i++) {
        const struct ms_histograms *shard =
            ms_journal_entry(build->journal, MS_TABLE_HISTOGRAMS, i);
        for (unsigned n = 0; shard != NULL && n < BUCKET_COUNT; n++) {
            sizes[n] += ms_load_relaxed(&shard->sizes[n]);
            uint64_t old = n != 0 ? ms_load_relaxed(&shard->lifetimes[n]) : 0;
            lifetimes[n] += old;
            aged += old;
        }
    }
    for (uint32_t i = 0; i < build->site_count; i++)
        if (!build->sites[i].is_pooled)
            freed += build->sampled ? build->sites[i].allocations - build->sites[i].live_count
                                    : build->sites[i].frees;
    lifetimes[0] = ms_build_minus(freed, aged);
    enum ms_status status =
        s_fill_buckets(build, sizes, 1, &build->report->sizes, &build->report->size_count);
    if (status == MS_OK)
        status = s_fill_buckets(build, lifetimes, LIFETIME_UNIT_NS, &build->report->lifetimes,
                                &build->report->lifetime_count);
    return status;
}

enum ms_status ms_build_threads(struct ms_build *build) {
    enum ms_status status = s_fill_threads(build);
    return status == MS_OK ? s_fill_histograms(build) : status;
}
