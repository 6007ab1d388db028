/* SPDX-License-Identifier: MIT */
/*
 * A trace for Perfetto and chrome://tracing: counters of the heap, its largest types and the
 * process over time; marks as instants and phases as slices of their threads. Source: "Trace Event
 * Format", linked from https://perfetto.dev/docs/getting-started/other-formats
 */
#include <math.h>
#include <string.h>

#include "export/export.h"

struct s_trace {
    struct ms_writer *writer;
    const struct memscope_report *report;
    uint64_t pid;
};

static void s_put_string(struct s_trace *trace, const char *key, const char *value) {
    trace->writer->ops->string(trace->writer, key);
    trace->writer->ops->string(trace->writer, value);
}

static void s_put_number(struct s_trace *trace, const char *key, uint64_t value) {
    trace->writer->ops->string(trace->writer, key);
    trace->writer->ops->unsigned_integer(trace->writer, value);
}

/* Times are microseconds. */
static void s_put_time(struct s_trace *trace, const char *key, uint64_t nanoseconds) {
    trace->writer->ops->string(trace->writer, key);
    trace->writer->ops->real(trace->writer, (double)nanoseconds / 1000);
}

/* PHASE: the letter of the format for the kind of event. */
static void s_begin_event(struct s_trace *trace, const char *phase, const char *name) {
    trace->writer->ops->begin_object(trace->writer, 0);
    s_put_string(trace, "ph", phase);
    s_put_string(trace, "name", name != NULL ? name : "[unknown]");
    s_put_number(trace, "pid", trace->pid);
}

static void s_begin_arguments(struct s_trace *trace) {
    trace->writer->ops->string(trace->writer, "args");
    trace->writer->ops->begin_object(trace->writer, 0);
}

static void s_end_arguments_and_event(struct s_trace *trace) {
    trace->writer->ops->end_object(trace->writer);
    trace->writer->ops->end_object(trace->writer);
}

static void s_begin_counter(struct s_trace *trace, const char *name, uint64_t time_ns) {
    s_begin_event(trace, "C", name);
    s_put_time(trace, "ts", time_ns);
    s_begin_arguments(trace);
}

/* A counter of one number; none where it is not known. */
static void s_put_counter(struct s_trace *trace, const char *name, const char *unit,
                          uint64_t time_ns, uint64_t value) {
    if (value == MEMSCOPE_UNKNOWN || time_ns == MEMSCOPE_UNKNOWN) {
        return;
    }
    s_begin_counter(trace, name, time_ns);
    s_put_number(trace, unit, value);
    s_end_arguments_and_event(trace);
}

static void s_put_names(struct s_trace *trace) {
    const struct memscope_process *process = &trace->report->process;
    s_begin_event(trace, "M", "process_name");
    s_begin_arguments(trace);
    s_put_string(trace, "name", process->executable != NULL ? process->executable : "memscope");
    s_end_arguments_and_event(trace);
    for (size_t i = 0; i < trace->report->thread_count; i++) {
        const struct memscope_thread_report *thread = &trace->report->threads[i];
        if (thread->name == NULL || thread->tid == MEMSCOPE_UNKNOWN) {
            continue;
        }
        s_begin_event(trace, "M", "thread_name");
        s_put_number(trace, "tid", thread->tid);
        s_begin_arguments(trace);
        s_put_string(trace, "name", thread->name);
        s_end_arguments_and_event(trace);
    }
}

/* A type that was too small to be kept at that time counts as 0 there: without a number the one
 * before it would seem to last. */
static void s_put_types(struct s_trace *trace, size_t at) {
    const struct memscope_timeline *timeline = &trace->report->timeline;
    if (timeline->by_type_count == 0) {
        return;
    }
    s_begin_counter(trace, "heap by type", timeline->timestamps[at]);
    for (size_t i = 0; i < timeline->by_type_count; i++) {
        const struct memscope_type_series *series = &timeline->by_type[i];
        uint64_t bytes = series->live_bytes[at];
        s_put_number(trace, series->type_name != NULL ? series->type_name : "[no type known]",
                     bytes != MEMSCOPE_UNKNOWN ? bytes : 0);
    }
    s_end_arguments_and_event(trace);
}

static void s_put_timeline(struct s_trace *trace) {
    const struct memscope_timeline *timeline = &trace->report->timeline;
    for (size_t i = 0; i < timeline->count; i++) {
        uint64_t time = timeline->timestamps[i];
        uint64_t made = timeline->allocations[i], freed = timeline->frees[i];
        bool is_known = made != MEMSCOPE_UNKNOWN && freed != MEMSCOPE_UNKNOWN && made >= freed;
        if (time == MEMSCOPE_UNKNOWN) {
            continue;
        }
        s_put_counter(trace, "heap", "live bytes", time, timeline->heap_live_bytes[i]);
        s_put_counter(trace, "blocks", "live", time, is_known ? made - freed : MEMSCOPE_UNKNOWN);
        s_put_types(trace, i);
    }
}

static void s_put_process(struct s_trace *trace) {
    for (size_t i = 0; i < trace->report->system_snapshot_count; i++) {
        const struct memscope_system_snapshot *now = &trace->report->system_snapshots[i];
        s_put_counter(trace, "resident set", "bytes", now->timestamp, now->process_rss_bytes);
        s_put_counter(trace, "threads", "number", now->timestamp, now->thread_count);
        if (isfinite(now->process_cpu_percent) && now->timestamp != MEMSCOPE_UNKNOWN) {
            s_begin_counter(trace, "processor", now->timestamp);
            trace->writer->ops->string(trace->writer, "percent");
            trace->writer->ops->real(trace->writer, now->process_cpu_percent);
            s_end_arguments_and_event(trace);
        }
    }
}

static void s_put_marks(struct s_trace *trace) {
    for (size_t i = 0; i < trace->report->mark_count; i++) {
        const struct memscope_mark_report *mark = &trace->report->marks[i];
        if (mark->timestamp == MEMSCOPE_UNKNOWN) {
            continue;
        }
        s_begin_event(trace, "i", mark->name);
        s_put_time(trace, "ts", mark->timestamp);
        s_put_number(trace, "tid", trace->pid);
        s_put_string(trace, "s", "p"); /* of the process */
        trace->writer->ops->end_object(trace->writer);
    }
}

/* A phase that has no end lasts as long as the process. */
static void s_put_phases(struct s_trace *trace) {
    for (size_t i = 0; i < trace->report->phase_count; i++) {
        const struct memscope_phase *phase = &trace->report->phases[i];
        uint64_t end =
            phase->end_ns != MEMSCOPE_UNKNOWN ? phase->end_ns : trace->report->process.duration_ns;
        if (phase->start_ns == MEMSCOPE_UNKNOWN || phase->tid == MEMSCOPE_UNKNOWN) {
            continue;
        }
        bool has_end = end != MEMSCOPE_UNKNOWN && end >= phase->start_ns;
        s_begin_event(trace, "X", phase->name);
        s_put_time(trace, "ts", phase->start_ns);
        s_put_time(trace, "dur", has_end ? end - phase->start_ns : 0);
        s_put_number(trace, "tid", phase->tid);
        s_begin_arguments(trace);
        s_put_number(trace, "total_allocations", phase->total_allocations);
        s_put_number(trace, "total_bytes", phase->total_bytes);
        s_end_arguments_and_event(trace);
    }
}

enum ms_status ms_export_trace(const struct memscope_report *report,
                               const struct ms_export_options *options, ms_sink_fn *sink,
                               void *sink_data) {
    (void)options;
    struct ms_writer *writer = ms_json_writer_new(sink, sink_data, MS_JSON_COMPACT);
    if (writer == NULL) {
        return MS_NO_MEMORY;
    }
    uint64_t pid = report->process.pid;
    struct s_trace trace = {writer, report, pid != MEMSCOPE_UNKNOWN ? pid : 1};
    writer->ops->begin_object(writer, 2);
    s_put_string(&trace, "displayTimeUnit", "ms");
    writer->ops->string(writer, "traceEvents");
    writer->ops->begin_array(writer, 0);
    s_put_names(&trace);
    s_put_timeline(&trace);
    s_put_process(&trace);
    s_put_marks(&trace);
    s_put_phases(&trace);
    writer->ops->end_array(writer);
    writer->ops->end_object(writer);
    return writer->ops->finish(writer);
}
