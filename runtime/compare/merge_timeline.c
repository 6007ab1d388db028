/* SPDX-License-Identifier: MIT */
#include "compare/merge_timeline.h"

#include <stdlib.h>
#include <string.h>

#define S_DEFAULT_INTERVAL UINT64_C(100000000) /* that of the monitor's ticks, 100 ms */

#define S_TIME_LIMIT (UINT64_MAX / 4) /* no sum of two of them overflows */

typedef void s_join_fn(uint64_t *to, uint64_t value);

static void s_join_most(uint64_t *to, uint64_t value) {
    if (*to == MEMSCOPE_UNKNOWN || (value != MEMSCOPE_UNKNOWN && value > *to))
        *to = value;
}

static void s_join_sum(uint64_t *to, uint64_t value) {
    *to += value;
}

/* ---- the cells ---- */

static void s_clear(uint64_t *cells, uint64_t value) {
    for (size_t i = 0; i < MS_MERGE_CELLS; i++)
        cells[i] = value;
}

static uint64_t *s_new_cells(struct ms_keys *keys, uint64_t value) {
    uint64_t *cells = ms_arena_array(keys->names.arena, MS_MERGE_CELLS, sizeof(*cells));
    if (cells == NULL)
        keys->failed = true;
    else
        s_clear(cells, value);
    return cells;
}

/* Moves what CELLS has to where it is in a timeline with another beginning and interval. */
static void s_move(const struct ms_merge_timeline *timeline, uint64_t *cells, uint64_t origin,
                   uint64_t interval, s_join_fn *join, uint64_t empty) {
    uint64_t moved[MS_MERGE_CELLS];
    s_clear(moved, empty);
    for (size_t i = 0; i < timeline->used; i++)
        join(&moved[(timeline->origin + i * timeline->interval - origin) / interval], cells[i]);
    memcpy(cells, moved, sizeof(moved));
}

/* Makes room from START to END, both since the epoch. */
static void s_reach(struct ms_merge_timeline *timeline, uint64_t start, uint64_t end) {
    uint64_t interval = timeline->interval;
    uint64_t last = timeline->origin + timeline->used * interval;
    if (timeline->used != 0 && timeline->origin < start)
        start = timeline->origin;
    if (timeline->used != 0 && last > 0 && last - 1 > end)
        end = last - 1;
    while (end / interval - start / interval >= MS_MERGE_CELLS)
        interval *= 2;
    uint64_t origin = start / interval * interval;
    if (origin != timeline->origin || interval != timeline->interval) {
        s_move(timeline, timeline->live, origin, interval, s_join_most, 0);
        s_move(timeline, timeline->allocations, origin, interval, s_join_sum, 0);
        s_move(timeline, timeline->frees, origin, interval, s_join_sum, 0);
        for (size_t i = 0; i < timeline->series_count; i++)
            s_move(timeline, timeline->series[i].cells, origin, interval, s_join_most,
                   MEMSCOPE_UNKNOWN);
    }
    timeline->origin = origin;
    timeline->interval = interval;
    timeline->used = (size_t)(end / interval - start / interval) + 1;
}

void ms_merge_timeline_fini(struct ms_merge_timeline *timeline) {
    ms_index_fini(&timeline->by_type);
}

/* ---- a process ---- */

/* The series of a type; NULL: there are too many, or no memory. */
static struct ms_merge_series *s_series_of(struct ms_merge_timeline *timeline, struct ms_keys *keys,
                                           const char *type_name) {
    bool added = false;
    uint32_t name = ms_keys_text(keys, type_name);
    const uint32_t *known =
        ms_index_put(&timeline->by_type, name, (uint32_t)timeline->series_count, &added);
    if (known == NULL) {
        keys->failed = true;
        return NULL;
    }
    if (!added)
        return *known < MS_MERGE_SERIES ? &timeline->series[*known] : NULL;
    if (timeline->series_count == MS_MERGE_SERIES) {
        timeline->series_left_out++;
        return NULL;
    }
    struct ms_merge_series *series = &timeline->series[timeline->series_count];
    *series = (struct ms_merge_series){ms_names_text(&keys->names, name),
                                       s_new_cells(keys, MEMSCOPE_UNKNOWN)};
    if (series->cells == NULL)
        return NULL;
    timeline->series_count++;
    return series;
}

/* What a process had in each of its cells, from the values at its ticks: the most of those in the
 * cell, else the one before. */
struct s_span {
    size_t first, count; /* cells of the timeline */
    uint64_t start;      /* of the process */
};

static size_t s_cell_of(const struct ms_merge_timeline *timeline, const struct s_span *span,
                        uint64_t time) {
    size_t cell = (size_t)((span->start + time - timeline->origin) / timeline->interval);
    size_t last = span->first + span->count - 1;
    return cell < span->first ? span->first : cell > last ? last : cell;
}

static void s_fill(const struct ms_merge_timeline *timeline, const struct s_span *span,
                   const struct memscope_timeline *ticks, const uint64_t *values, uint64_t *out) {
    uint64_t held = 0;
    for (size_t i = 0; i < span->count; i++)
        out[i] = MEMSCOPE_UNKNOWN;
    size_t count = values != NULL ? ticks->count : 0;
    for (size_t i = 0; i < count; i++)
        s_join_most(&out[s_cell_of(timeline, span, ticks->timestamps[i]) - span->first], values[i]);
    size_t tick = 0;
    for (size_t i = 0; i < span->count; i++) {
        if (out[i] == MEMSCOPE_UNKNOWN)
            out[i] = held;
        /* What it holds when the cell ends is what it begins the next one with. */
        for (;
             tick < count && s_cell_of(timeline, span, ticks->timestamps[tick]) <= span->first + i;
             tick++)
            held = values[tick];
    }
}

/* The peak was seen by no tick, perhaps: it is put where it was, or, of a process that was shorter
 * than a cell, into that. */
static void s_fill_peak(const struct ms_merge_timeline *timeline, const struct s_span *span,
                        const struct memscope_summary *summary, uint64_t *out) {
    uint64_t peak = summary->peak_memory_bytes;
    if (peak == MEMSCOPE_UNKNOWN)
        return;
    if (span->count == 1)
        s_join_most(&out[0], peak);
    else if (summary->peak_known_ns != MEMSCOPE_UNKNOWN &&
             summary->peak_known_bytes != MEMSCOPE_UNKNOWN)
        s_join_most(&out[s_cell_of(timeline, span, summary->peak_known_ns) - span->first], peak);
}

/* Counts go up: what is more than before happened in that cell, and what no tick has seen in the
 * last one. */
static void s_add_counts(const struct ms_merge_timeline *timeline, const struct s_span *span,
                         const struct memscope_timeline *ticks, const uint64_t *values,
                         uint64_t total, uint64_t *cells) {
    uint64_t before = 0;
    for (size_t i = 0; values != NULL && i < ticks->count; i++) {
        if (values[i] == MEMSCOPE_UNKNOWN || values[i] < before)
            continue;
        cells[s_cell_of(timeline, span, ticks->timestamps[i])] += values[i] - before;
        before = values[i];
    }
    if (total != MEMSCOPE_UNKNOWN && total > before)
        cells[span->first + span->count - 1] += total - before;
}

static void s_add_types(struct ms_merge_timeline *timeline, struct ms_keys *keys,
                        const struct s_span *span, const struct memscope_report *report) {
    const struct memscope_timeline *ticks = &report->timeline;
    uint64_t values[MS_MERGE_CELLS];
    for (size_t i = 0; i < ticks->by_type_count && !keys->failed; i++) {
        struct ms_merge_series *series = s_series_of(timeline, keys, ticks->by_type[i].type_name);
        if (series == NULL)
            continue;
        s_fill(timeline, span, ticks, ticks->by_type[i].live_bytes, values);
        for (size_t c = 0; c < span->count; c++) {
            uint64_t *cell = &series->cells[span->first + c];
            if (values[c] != MEMSCOPE_UNKNOWN)
                *cell = (*cell != MEMSCOPE_UNKNOWN ? *cell : 0) + values[c];
        }
    }
}

void ms_merge_timeline_add(struct ms_merge_timeline *timeline, struct ms_keys *keys,
                           const struct memscope_report *report) {
    const struct memscope_process *process = &report->process;
    if (process->start_time > S_TIME_LIMIT || process->start_time == 0)
        return; /* not known */
    if (timeline->interval == 0) {
        uint64_t interval = report->timeline.interval_ns;
        timeline->interval =
            interval != 0 && interval != MEMSCOPE_UNKNOWN ? interval : S_DEFAULT_INTERVAL;
        timeline->live = s_new_cells(keys, 0);
        timeline->allocations = s_new_cells(keys, 0);
        timeline->frees = s_new_cells(keys, 0);
    }
    if (keys->failed)
        return;
    uint64_t duration = process->duration_ns <= S_TIME_LIMIT ? process->duration_ns : 0;
    s_reach(timeline, process->start_time, process->start_time + duration);
    struct s_span span = {.start = process->start_time};
    span.first = (size_t)((process->start_time - timeline->origin) / timeline->interval);
    span.count =
        (size_t)((process->start_time + duration - timeline->origin) / timeline->interval) -
        span.first + 1;
    uint64_t live[MS_MERGE_CELLS];
    s_fill(timeline, &span, &report->timeline, report->timeline.heap_live_bytes, live);
    s_fill_peak(timeline, &span, &report->summary, live);
    for (size_t i = 0; i < span.count; i++)
        timeline->live[span.first + i] += live[i] != MEMSCOPE_UNKNOWN ? live[i] : 0;
    s_add_counts(timeline, &span, &report->timeline, report->timeline.allocations,
                 report->summary.total_allocations, timeline->allocations);
    s_add_counts(timeline, &span, &report->timeline, report->timeline.frees,
                 report->summary.total_deallocations, timeline->frees);
    s_add_types(timeline, keys, &span, report);
}

/* ---- the end ---- */

uint64_t ms_merge_timeline_peak(const struct ms_merge_timeline *timeline) {
    uint64_t peak = 0;
    for (size_t i = 0; i < timeline->used; i++)
        if (timeline->live[i] > peak)
            peak = timeline->live[i];
    return peak;
}

static void s_limit(uint64_t *cell, uint64_t most) {
    if (*cell != MEMSCOPE_UNKNOWN && *cell > most)
        *cell = most;
}

void ms_merge_timeline_limit(struct ms_merge_timeline *timeline, uint64_t most) {
    for (size_t i = 0; i < timeline->used; i++) {
        s_limit(&timeline->live[i], most);
        for (size_t t = 0; t < timeline->series_count; t++)
            s_limit(&timeline->series[t].cells[i], most);
    }
}

void ms_merge_timeline_finish(struct ms_merge_timeline *timeline, struct ms_keys *keys,
                              uint64_t start, struct memscope_timeline *out) {
    uint64_t *times = s_new_cells(keys, 0);
    struct memscope_type_series *series =
        ms_arena_array(keys->names.arena, timeline->series_count, sizeof(*series));
    if (times == NULL || series == NULL || timeline->live == NULL)
        return;
    for (size_t i = 0; i < timeline->used; i++) {
        /* What is known at the end of a cell; the last moment in it, so that it is in the same cell
         * when the report is merged again. */
        uint64_t end = timeline->origin + (i + 1) * timeline->interval - 1;
        times[i] = end > start ? end - start : 0;
        timeline->allocations[i] += i != 0 ? timeline->allocations[i - 1] : 0;
        timeline->frees[i] += i != 0 ? timeline->frees[i - 1] : 0;
    }
    for (size_t i = 0; i < timeline->series_count; i++)
        series[i] =
            (struct memscope_type_series){timeline->series[i].type_name, timeline->series[i].cells};
    *out = (struct memscope_timeline){
        .interval_ns = timeline->interval,
        .count = timeline->used,
        .timestamps = times,
        .heap_live_bytes = timeline->live,
        .allocations = timeline->allocations,
        .frees = timeline->frees,
        .by_type = series,
        .by_type_count = timeline->series_count,
    };
}
