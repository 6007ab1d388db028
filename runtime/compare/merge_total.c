/* SPDX-License-Identifier: MIT */
#include "compare/merge_total.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/merge_copy.h"
#include "model/array.h"

void ms_merge_total_fini(struct ms_merge_total *total) {
    free(total->processes);
}

static bool s_same(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* ---- processes ---- */

static void s_keep_process(struct ms_merge_total *total, struct ms_keys *keys,
                           const struct memscope_process_report *process) {
    void *list = ms_array_grow(total->processes, &total->process_capacity, total->processes_kept,
                               sizeof(*total->processes));
    if (list == NULL) {
        keys->failed = true;
        return;
    }
    total->processes = list;
    struct memscope_process_report *row = &total->processes[total->processes_kept++];
    *row = *process;
    row->executable = ms_keys_keep(keys, process->executable);
    row->host = ms_keys_keep(keys, process->host);
    total->process_count++;
    if (process->peak_memory_bytes == MEMSCOPE_UNKNOWN)
        return;
    total->peak_sum += process->peak_memory_bytes;
    if (process->peak_memory_bytes > total->largest_peak)
        total->largest_peak = process->peak_memory_bytes;
}

static void s_add_processes(struct ms_merge_total *total, struct ms_keys *keys,
                            const struct memscope_report *report) {
    const struct memscope_process *process = &report->process;
    for (size_t i = 0; i < report->process_count; i++)
        s_keep_process(total, keys, &report->processes[i]);
    if (report->process_count != 0)
        return;
    const struct memscope_process_report row = {
        .pid = process->pid,
        .ppid = process->ppid,
        .executable = process->executable,
        .host = process->host,
        .start_time = process->start_time,
        .duration_ns = process->duration_ns,
        .exit = process->exit,
        .exit_code = process->exit_code,
        .peak_memory_bytes = report->summary.peak_memory_bytes,
        .current_memory_bytes = report->summary.current_memory_bytes,
        .total_bytes = report->summary.total_bytes,
        .total_allocations = report->summary.total_allocations,
    };
    s_keep_process(total, keys, &row);
}

/* ---- what they have in common ---- */

/* The field KEY of a report. */
static const struct ms_field *s_field(const char *key) {
    const struct ms_shape *shape = ms_report_shape();
    size_t i = 0;
    while (strcmp(shape->fields[i].key, key) != 0)
        i++;
    return &shape->fields[i];
}

static void s_copy(struct ms_keys *keys, const char *key, const struct memscope_report *from,
                   struct memscope_report *to) {
    ms_merge_copy_field(keys, s_field(key), (const char *)from, (char *)to);
}

/* The worst of all: one that runs, then one that was killed, then one that a signal has ended. */
static int s_badness(enum memscope_exit exit) {
    return exit == MEMSCOPE_EXIT_RUNNING     ? 3
           : exit == MEMSCOPE_EXIT_KILLED    ? 2
           : exit == MEMSCOPE_EXIT_SIGNALLED ? 1
                                             : 0;
}

static bool s_same_command(const struct memscope_process *a, const struct memscope_process *b) {
    bool same = a->command_count == b->command_count;
    for (size_t i = 0; same && i < a->command_count; i++)
        same = s_same(a->command[i], b->command[i]);
    return same;
}

static void s_add_process(struct ms_merge_total *total, struct ms_keys *keys,
                          const struct memscope_report *report) {
    const struct memscope_process *process = &report->process;
    struct memscope_process *all = &total->common.process;
    if (total->report_count == 1) {
        s_copy(keys, "process", report, &total->common);
        total->first_host = all->host;
        return;
    }
    all->pid = all->ppid = MEMSCOPE_UNKNOWN;
    if (!s_same(all->executable, process->executable))
        all->executable = NULL;
    if (!s_same(all->host, process->host))
        all->host = NULL;
    if (!s_same_command(all, process))
        all->command_count = 0;
    if (s_badness(process->exit) > s_badness(all->exit)) {
        all->exit = process->exit;
        all->exit_code = process->exit_code;
    } else if (process->exit == all->exit && process->exit_code != all->exit_code) {
        all->exit_code = MEMSCOPE_UNKNOWN;
    }
}

static void s_add_sampling(struct ms_merge_total *total, struct ms_keys *keys,
                           const struct memscope_report *report) {
    const struct memscope_sampling *sampling = &report->sampling;
    struct memscope_sampling *all = &total->common.sampling;
    if (total->report_count == 1) {
        s_copy(keys, "sampling", report, &total->common);
        return;
    }
    if (!s_same(all->preset, sampling->preset))
        all->preset = NULL;
    if (!s_same(all->heap_bytes, sampling->heap_bytes))
        all->heap_bytes = NULL;
    if (all->sample_rate != sampling->sample_rate)
        all->sample_rate = NAN;
    if (all->sample_bytes != sampling->sample_bytes)
        all->sample_bytes = MEMSCOPE_UNKNOWN;
    if (all->seed != sampling->seed)
        all->seed = MEMSCOPE_UNKNOWN;
    if (all->rate_changes == MEMSCOPE_UNKNOWN || sampling->rate_changes == MEMSCOPE_UNKNOWN)
        all->rate_changes = MEMSCOPE_UNKNOWN;
    else
        all->rate_changes += sampling->rate_changes;
    all->exact = all->exact && sampling->exact;
}

/* ---- sums ---- */

static void s_add(uint64_t *sum, uint64_t value) {
    if (*sum == MEMSCOPE_UNKNOWN || value == MEMSCOPE_UNKNOWN ||
        __builtin_add_overflow(*sum, value, sum))
        *sum = MEMSCOPE_UNKNOWN;
}

static void s_add_peak(struct ms_merge_peak *peak, uint64_t value) {
    if (value == MEMSCOPE_UNKNOWN) /* there is none in that one */
        return;
    peak->is_known = true;
    s_add(&peak->sum, value);
    if (value > peak->most)
        peak->most = value;
}

static uint64_t s_peak(const struct ms_merge_peak *peak, uint64_t at_once) {
    uint64_t bound;
    if (!peak->is_known || __builtin_mul_overflow(peak->most, at_once, &bound))
        return peak->is_known ? peak->sum : MEMSCOPE_UNKNOWN;
    return bound < peak->sum ? bound : peak->sum;
}

/* Whatever can be counted is added up; what cannot is set at the end. */
static void s_add_summary(struct ms_merge_total *total, const struct memscope_summary *summary) {
    const struct ms_shape *shape = s_field("summary")->shape;
    for (size_t i = 0; i < shape->field_count; i++) {
        size_t offset = shape->fields[i].offset;
        if (shape->fields[i].kind == MS_FIELD_UINT)
            s_add((uint64_t *)(void *)((char *)&total->common.summary + offset),
                  *(const uint64_t *)(const void *)((const char *)summary + offset));
    }
    s_add_peak(&total->padding, summary->padding_waste_bytes);
    s_add_peak(&total->stack, summary->stack_peak_bytes);
    s_add_peak(&total->statics, summary->static_bytes);
    if (isfinite(summary->typed_bytes_percent))
        total->typed_bytes += summary->typed_bytes_percent / 100 * (double)summary->total_bytes;
}

/* The report with the largest peak: what made that up is what made up the merged one where
 * processes ran one after the other. */
static void s_find_best(struct ms_merge_total *total, const struct memscope_report *report) {
    const struct memscope_summary *summary = &report->summary;
    bool is_known = summary->peak_known_bytes != MEMSCOPE_UNKNOWN;
    total->peak_is_known = (total->report_count == 1 || total->peak_is_known) && is_known;
    if (summary->peak_memory_bytes == MEMSCOPE_UNKNOWN ||
        (total->best_report != 0 && summary->peak_memory_bytes <= total->best_peak))
        return;
    total->best_report = total->report_count;
    total->best_peak = summary->peak_memory_bytes;
    total->best_known = summary->peak_known_bytes;
    total->best_known_ns = summary->peak_known_ns != MEMSCOPE_UNKNOWN
                               ? report->process.start_time + summary->peak_known_ns
                               : MEMSCOPE_UNKNOWN;
}

void ms_merge_total_add(struct ms_merge_total *total, struct ms_keys *keys,
                        const struct memscope_report *report) {
    const struct memscope_process *process = &report->process;
    total->report_count++;
    s_add_process(total, keys, report);
    s_add_sampling(total, keys, report);
    s_add_summary(total, &report->summary);
    s_find_best(total, report);
    s_add_processes(total, keys, report);
    if (process->start_time == MEMSCOPE_UNKNOWN)
        return;
    uint64_t end = process->start_time;
    if (process->duration_ns != MEMSCOPE_UNKNOWN)
        end += process->duration_ns;
    if (total->start_time == 0 || process->start_time < total->start_time)
        total->start_time = process->start_time;
    if (end > total->end_time)
        total->end_time = end;
}

/* ---- the end ---- */

struct s_change {
    uint64_t time;
    int change;
    uint64_t peak;
};

/* Ends before beginnings: a program that another one has waited for did not run beside it. */
static int s_by_time(const void *a, const void *b) {
    const struct s_change *left = a, *right = b;
    if (left->time != right->time)
        return left->time < right->time ? -1 : 1;
    return left->change - right->change;
}

/* How many processes ran at once, and the sum of the peaks of those that did: bounds. */
static void s_find_together(const struct ms_merge_total *total, struct ms_merge_end *end) {
    struct s_change *changes = calloc(2 * (size_t)total->processes_kept + 1, sizeof(*changes));
    uint64_t now = 0, bytes = 0;
    size_t count = 0;
    end->at_once = changes == NULL ? total->processes_kept : 0;
    end->most_together = changes == NULL ? total->peak_sum : 0;
    for (uint32_t i = 0; changes != NULL && i < total->processes_kept; i++) {
        const struct memscope_process_report *process = &total->processes[i];
        uint64_t duration =
            process->duration_ns != MEMSCOPE_UNKNOWN ? process->duration_ns : UINT64_MAX / 4;
        uint64_t peak =
            process->peak_memory_bytes != MEMSCOPE_UNKNOWN ? process->peak_memory_bytes : 0;
        changes[count++] = (struct s_change){process->start_time, 1, peak};
        changes[count++] = (struct s_change){process->start_time + duration + 1, -1, peak};
    }
    if (count != 0)
        qsort(changes, count, sizeof(*changes), s_by_time);
    for (size_t i = 0; i < count; i++) {
        now += (uint64_t)changes[i].change;
        bytes += changes[i].change > 0 ? changes[i].peak : -changes[i].peak;
        if ((int64_t)now > (int64_t)end->at_once)
            end->at_once = now;
        if ((int64_t)bytes > (int64_t)end->most_together)
            end->most_together = bytes;
    }
    free(changes);
}

struct ms_merge_end ms_merge_total_end(struct ms_merge_total *total) {
    struct ms_merge_end end = {.start_time = total->start_time, .best_report = total->best_report};
    s_find_together(total, &end);
    end.peak_is_known = total->peak_is_known && end.at_once == 1;
    return end;
}

static int s_by_start(const void *a, const void *b) {
    const struct memscope_process_report *left = a, *right = b;
    if (left->start_time != right->start_time)
        return left->start_time < right->start_time ? -1 : 1;
    return left->pid < right->pid ? -1 : left->pid > right->pid;
}

void ms_merge_total_finish(struct ms_merge_total *total, uint64_t peak,
                           struct memscope_report *report) {
    struct ms_merge_end end = ms_merge_total_end(total);
    report->process = total->common.process;
    report->process.start_time = total->start_time;
    report->process.duration_ns = total->end_time - total->start_time;
    report->sampling = total->common.sampling;
    report->summary = total->common.summary;
    struct memscope_summary *summary = &report->summary;
    double seconds = (double)report->process.duration_ns / 1e9;
    summary->peak_memory_bytes = peak;
    summary->peak_known_bytes = end.peak_is_known ? total->best_known : MEMSCOPE_UNKNOWN;
    summary->peak_known_ns = end.peak_is_known && total->best_known_ns != MEMSCOPE_UNKNOWN
                                 ? total->best_known_ns - total->start_time
                                 : MEMSCOPE_UNKNOWN;
    summary->allocation_rate_per_sec =
        seconds > 0 ? (double)summary->total_allocations / seconds : NAN;
    summary->deallocation_rate_per_sec =
        seconds > 0 ? (double)summary->total_deallocations / seconds : NAN;
    summary->typed_bytes_percent =
        summary->total_bytes != 0 ? 100 * total->typed_bytes / (double)summary->total_bytes : NAN;
    summary->padding_waste_bytes = s_peak(&total->padding, end.at_once);
    summary->stack_peak_bytes = s_peak(&total->stack, end.at_once);
    summary->static_bytes = s_peak(&total->statics, end.at_once);
    if (total->processes_kept != 0)
        qsort(total->processes, total->processes_kept, sizeof(*total->processes), s_by_start);
    report->processes = total->processes;
    report->process_count = total->processes_kept;
}
