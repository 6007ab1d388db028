/* SPDX-License-Identifier: MIT */
/*
 * Two reports side by side, by what does not change when lines move: the kind of memory, C type,
 * variable and function. Nothing is guessed: what was renamed is gone and new. Numbers are not
 * scaled to the time that either process ran.
 */
#ifndef MS_COMPARE_DIFF_H
#define MS_COMPARE_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "memscope/report.h"

/* What the bytes are. Pooled blocks lie in blocks of the heap: they come on top of none of it. */
#define MS_STORAGES(X)                                                                             \
    X(HEAP, "heap")                                                                                \
    X(POOLED, "pooled")                                                                            \
    X(STACK, "stack")                                                                              \
    X(STATIC, "static")

enum ms_storage {
#define X(name, spelling) MS_STORAGE_##name,
    MS_STORAGES(X)
#undef X
};
const char *ms_storage_spelling(enum ms_storage storage);

/* What the numbers of a row are called. X(member, "title") */
#define MS_DIFF_MEASURES(X)                                                                        \
    X(live_bytes, "LIVE")                                                                          \
    X(live_count, "BLOCKS")                                                                        \
    X(peak_bytes, "PEAK")                                                                          \
    X(bytes_at_peak, "AT PEAK")                                                                    \
    X(total_bytes, "TOTAL")                                                                        \
    X(total_count, "ALLOCATIONS")

enum ms_diff_measure {
#define X(member, title) MS_DIFF_##member,
    MS_DIFF_MEASURES(X)
#undef X
        MS_DIFF_MEASURE_COUNT
};
const char *ms_diff_measure_key(enum ms_diff_measure measure);

/* The sums over the places of a row in one report. The peak is the sum of theirs: not less than the
 * true one. */
struct ms_diff_side {
    bool is_there;
    uint64_t values[MS_DIFF_MEASURE_COUNT]; /* MEMSCOPE_UNKNOWN: not known */
    double live_variance; /* of live_bytes, by which `error_bytes` is made; NaN: not known */
};

/* ± of the live bytes, 0: exact. */
double ms_diff_error_bytes(const struct ms_diff_side *side);

struct ms_diff_row {
    enum ms_storage storage;
    const char *type_name; /* NULL: not known; so are the next two */
    const char *var_name;
    const char *function;
    struct ms_diff_side old, new_side;
    const struct memscope_site_report
        *place; /* the largest of them, of the new report if it is there */
};

/* The growth of MEASURE; a row that is missing on a side has 0 there. False: one of both is not
 * known. */
bool ms_diff_growth(const struct ms_diff_row *row, enum ms_diff_measure measure, int64_t *growth);

struct ms_diff;

/* Compares; both reports must outlive the result, which is freed with ms_diff_destroy. MS_OK or
 * MS_NO_MEMORY. Any thread. */
enum ms_status ms_diff_new(const struct memscope_report *old,
                           const struct memscope_report *new_report, struct ms_diff **out);
void ms_diff_destroy(struct ms_diff *diff);

/* The rows, in the order of the reports' sites, new ones first. */
const struct ms_diff_row *ms_diff_rows(const struct ms_diff *diff, size_t *count);

#endif
