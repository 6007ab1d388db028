/* SPDX-License-Identifier: MIT */
/*
 * growing[]: places whose live bytes have grown all the time, whatever was freed in between. The
 * time since a place was first told of is cut into eight equal parts, or at the program's marks
 * where there are enough. What it keeps at least in each part must be more than in the part before.
 * That is so of a leak and of a cache without limit; not of memory that is filled once, or that
 * comes and goes. What is given back at the end of the program does not count.
 */
#include "model/build.h"

#include <stdlib.h>

#define PARTS        8u
#define LEAST_TICKS  (2 * PARTS) /* two for each part */
#define LEAST_MARKS  4u
#define MARKS_LIMIT  64u   /* the last ones */
#define LEAST_GROWTH 4096u /* and a tenth: less may be chance */

struct s_series {
    const uint64_t *live_bytes;
    size_t first, end; /* ticks */
};

/* The part of the series that is looked at: to its peak, if that is in the last eighth. */
static bool s_cut(const struct memscope_timeline *timeline, struct s_series *series) {
    uint64_t peak = 0;
    size_t at = 0;
    for (size_t i = 0; i < timeline->count; i++) {
        uint64_t bytes = series->live_bytes[i];
        if (bytes == 0 || bytes == MEMSCOPE_UNKNOWN)
            continue;
        if (peak == 0)
            series->first = i;
        if (bytes >= peak) {
            peak = bytes;
            at = i;
        }
    }
    size_t all = timeline->count - series->first;
    series->end = at + 1;
    return peak != 0 && series->end - series->first >= all - all / PARTS;
}

/* The least of ticks FROM to before TO; unknown: there is none. */
static uint64_t s_floor(const struct s_series *series, size_t from, size_t to) {
    uint64_t least = MEMSCOPE_UNKNOWN;
    for (size_t i = from; i < to; i++)
        if (series->live_bytes[i] < least)
            least = series->live_bytes[i];
    return least;
}

/* EDGES are COUNT + 1 ticks. */
static bool s_grows(const struct s_series *series, const size_t *edges, unsigned count,
                    uint64_t *first, uint64_t *last) {
    for (unsigned i = 0; i < count; i++) {
        uint64_t least = s_floor(series, edges[i], edges[i + 1]);
        if (least == MEMSCOPE_UNKNOWN || (i != 0 && least <= *last))
            return false;
        if (i == 0)
            *first = least;
        *last = least;
    }
    return count != 0 && *last - *first >= LEAST_GROWTH && *last - *first >= *first / 10;
}

static bool s_grows_in_time(const struct s_series *series, uint64_t *first, uint64_t *last) {
    size_t edges[PARTS + 1], all = series->end - series->first;
    if (all < LEAST_TICKS)
        return false;
    for (unsigned i = 0; i <= PARTS; i++)
        edges[i] = series->first + all * i / PARTS;
    return s_grows(series, edges, PARTS, first, last);
}

/* From mark to mark; those between two ticks are one. */
static bool s_grows_by_marks(const struct memscope_report *report, const struct s_series *series,
                             uint64_t *first, uint64_t *last) {
    size_t edges[MARKS_LIMIT + 1], tick = series->first;
    unsigned count = 0;
    size_t from = report->mark_count > MARKS_LIMIT ? report->mark_count - MARKS_LIMIT : 0;
    for (size_t i = from; i < report->mark_count; i++) {
        while (tick < series->end && report->timeline.timestamps[tick] < report->marks[i].timestamp)
            tick++;
        if (tick < series->end && (count == 0 || edges[count - 1] != tick))
            edges[count++] = tick;
    }
    if (count < LEAST_MARKS)
        return false;
    edges[count] = series->end;
    return s_grows(series, edges, count, first, last);
}

static int s_by_growth(const void *left, const void *right) {
    const struct memscope_growing *a = left;
    const struct memscope_growing *b = right;
    int order = ms_build_descending(a->end_bytes - a->start_bytes, b->end_bytes - b->start_bytes);
    return order != 0 ? order : ms_build_ascending(a->site_id, b->site_id);
}

enum ms_status ms_build_growing(struct ms_build *build) {
    struct memscope_report *report = build->report;
    const struct memscope_timeline *timeline = &report->timeline;
    struct memscope_growing *growing =
        ms_arena_array(build->arena, timeline->by_site_count, sizeof(*growing));
    size_t count = 0;
    if (growing == NULL)
        return MS_NO_MEMORY;
    for (size_t i = 0; i < timeline->by_site_count; i++) {
        struct s_series series = {.live_bytes = timeline->by_site[i].live_bytes};
        const struct ms_build_site *site = &build->sites[timeline->by_site[i].site_id];
        uint64_t first = 0, last = 0;
        if (ms_build_is_object(site) || !s_cut(timeline, &series))
            continue;
        bool in_time = s_grows_in_time(&series, &first, &last);
        if (!in_time && !s_grows_by_marks(report, &series, &first, &last))
            continue;
        growing[count++] = (struct memscope_growing){
            .site_id = timeline->by_site[i].site_id,
            .var_name = ms_build_text(build, site->var_name),
            .type_name = ms_build_text(build, site->type_name),
            .location = ms_build_text(build, site->location),
            .function = ms_build_text(build, site->function),
            .by = in_time ? "time" : "marks",
            .start_ns = timeline->timestamps[series.first],
            .end_ns = timeline->timestamps[series.end - 1],
            .start_bytes = first,
            .end_bytes = last,
        };
    }
    qsort(growing, count, sizeof(*growing), s_by_growth);
    report->growing = growing;
    report->growing_count = count;
    return MS_OK;
}
