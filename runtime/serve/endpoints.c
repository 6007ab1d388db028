/* SPDX-License-Identifier: MIT */
#include "serve/endpoints.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "export/page.h"
#include "serve/metrics.h"

typedef void s_endpoint_fn(const struct ms_serve_source *source, const struct ms_request *request,
                           struct ms_answer *answer);

static const char s_text[] = "text/plain; charset=utf-8";
static const char s_json[] = "application/json";
static const char s_html[] = "text/html; charset=utf-8";
static const char s_msgpack[] = "application/msgpack";

const char ms_endpoint_no_process[] =
    "there is no such process; /api/v1/processes lists those there are";

void ms_endpoint_refuse(struct ms_answer *answer, unsigned status, const char *line) {
    answer->status = status;
    answer->type = s_text;
    ms_body_fini(&answer->body);
    ms_body_print(&answer->body, "%s\n", line);
}

static void s_finish(struct ms_answer *answer, enum ms_status written, const char *type) {
    answer->status = 200;
    answer->type = type;
    if (written != MS_OK) /* a body takes all there is memory for */
        ms_endpoint_refuse(answer, 503, "there is no memory for that answer");
}

void ms_endpoint_refuse_report(struct ms_answer *answer, enum ms_status status) {
    if (status == MS_NO_MEMORY)
        ms_endpoint_refuse(answer, 503, "there is no memory for that report");
    else
        ms_endpoint_refuse(answer, 500, "its journal cannot be read");
}

static bool s_accepts(const struct ms_request *request, const char *type) {
    return request->accept != NULL && strstr(request->accept, type) != NULL;
}

/* ---- processes ---- */

void ms_endpoint_format_id(uint64_t pid, uint64_t start_time, char id[MS_ENDPOINT_ID_BYTES]) {
    snprintf(id, MS_ENDPOINT_ID_BYTES, "%" PRIu64 "-%" PRIu64, pid, start_time);
}

static void s_format_id(const struct ms_serve_process *process, char id[MS_ENDPOINT_ID_BYTES]) {
    ms_endpoint_format_id(process->pid, process->start_time, id);
}

bool ms_endpoint_find(const struct ms_serve_source *source, const char *wanted, size_t *at) {
    const struct ms_serve_process *processes;
    size_t count = source->list(source->context, &processes);
    for (size_t i = 0; i < count; i++) {
        char id[MS_ENDPOINT_ID_BYTES], pid[24];
        s_format_id(&processes[i], id);
        snprintf(pid, sizeof(pid), "%" PRIu64, processes[i].pid);
        if (wanted == NULL || strcmp(wanted, pid) == 0 || strcmp(wanted, id) == 0) {
            *at = i;
            return true;
        }
    }
    return false;
}

static void s_write_process(struct ms_writer *writer, const struct ms_serve_process *process) {
    const struct ms_writer_ops *ops = writer->ops;
    char id[MS_ENDPOINT_ID_BYTES];
    s_format_id(process, id);
    ops->begin_object(writer, 8);
    ops->string(writer, "id");
    ops->string(writer, id);
    ops->string(writer, "pid");
    ops->unsigned_integer(writer, process->pid);
    ops->string(writer, "program");
    ops->string(writer, process->program);
    ops->string(writer, "start_time");
    ops->unsigned_integer(writer, process->start_time);
    ops->string(writer, "running");
    ops->boolean(writer, process->running);
    ops->string(writer, "ending");
    ops->string(writer, process->ending);
    ops->string(writer, "peak_memory_bytes");
    ops->unsigned_integer(writer, process->peak_memory_bytes);
    ops->string(writer, "journal_bytes");
    ops->unsigned_integer(writer, process->journal_bytes);
    ops->end_object(writer);
}

struct s_list {
    const struct ms_serve_process *processes;
    size_t count;
};

static void s_write_processes(struct ms_writer *writer, const void *data) {
    const struct s_list *list = data;
    writer->ops->begin_object(writer, 1);
    writer->ops->string(writer, "processes");
    writer->ops->begin_array(writer, list->count);
    for (size_t i = 0; i < list->count; i++)
        s_write_process(writer, &list->processes[i]);
    writer->ops->end_array(writer);
    writer->ops->end_object(writer);
}

static void s_processes(const struct ms_serve_source *source, const struct ms_request *request,
                        struct ms_answer *answer) {
    struct s_list list;
    bool packed = s_accepts(request, s_msgpack);
    struct ms_writer *writer = packed
                                   ? ms_msgpack_writer_new(ms_body_put, &answer->body)
                                   : ms_json_writer_new(ms_body_put, &answer->body, MS_JSON_PRETTY);
    if (writer == NULL) {
        s_finish(answer, MS_NO_MEMORY, s_json);
        return;
    }
    list.count = source->list(source->context, &list.processes);
    s_write_processes(writer, &list);
    s_finish(answer, writer->ops->finish(writer), packed ? s_msgpack : s_json);
}

/* What collectors of profiles discover by HTTP, as Prometheus defines it: a target for each process
 * that runs, since a profile is of one. They send what __param_process says as ?process=. */
static void s_write_target(struct ms_writer *writer, const struct ms_serve_process *process,
                           const char *host) {
    const struct ms_writer_ops *ops = writer->ops;
    char id[MS_ENDPOINT_ID_BYTES], pid[24];
    s_format_id(process, id);
    snprintf(pid, sizeof(pid), "%" PRIu64, process->pid);
    ops->begin_object(writer, 2);
    ops->string(writer, "targets");
    ops->begin_array(writer, 1);
    ops->string(writer, host);
    ops->end_array(writer);
    ops->string(writer, "labels");
    ops->begin_object(writer, 3);
    ops->string(writer, "__param_process");
    ops->string(writer, id);
    ops->string(writer, "pid");
    ops->string(writer, pid);
    ops->string(writer, "program");
    ops->string(writer, process->program);
    ops->end_object(writer);
    ops->end_object(writer);
}

static void s_targets(const struct ms_serve_source *source, const struct ms_request *request,
                      struct ms_answer *answer) {
    const struct ms_serve_process *processes;
    if (request->host == NULL) {
        ms_endpoint_refuse(answer, 400, "the request has no Host, by which targets are named");
        return;
    }
    struct ms_writer *writer = ms_json_writer_new(ms_body_put, &answer->body, MS_JSON_PRETTY);
    if (writer == NULL) {
        s_finish(answer, MS_NO_MEMORY, s_json);
        return;
    }
    size_t count = source->list(source->context, &processes), running = 0;
    while (running < count && processes[running].running) /* they are first */
        running++;
    writer->ops->begin_array(writer, running);
    for (size_t i = 0; i < running; i++)
        s_write_target(writer, &processes[i], request->host);
    writer->ops->end_array(writer);
    s_finish(answer, writer->ops->finish(writer), s_json);
}

/* ---- what a report is written as ---- */

/* The report that REQUEST is of, through HANDLE; NULL: ANSWER says why not. */
static const struct memscope_report *s_open(const struct ms_serve_source *source,
                                            const struct ms_request *request, void **handle,
                                            struct ms_answer *answer) {
    size_t at;
    if (!ms_endpoint_find(source, request->process, &at)) {
        ms_endpoint_refuse(answer, 404, ms_endpoint_no_process);
        return NULL;
    }
    enum ms_status status;
    const struct memscope_report *report =
        source->open(source->context, at, false, handle, &status);
    if (report == NULL)
        ms_endpoint_refuse_report(answer, status);
    return report;
}

static void s_export(const struct ms_serve_source *source, const struct ms_request *request,
                     const char *format, const struct ms_export_options *options, const char *type,
                     struct ms_answer *answer) {
    void *handle = NULL;
    const struct memscope_report *report = s_open(source, request, &handle, answer);
    if (report == NULL)
        return;
    enum ms_status status =
        ms_export_write(ms_exporter_find(format), report, options, ms_body_put, &answer->body);
    source->close(source->context, handle);
    s_finish(answer, status, type);
}

static void s_report(const struct ms_serve_source *source, const struct ms_request *request,
                     struct ms_answer *answer) {
    bool packed = s_accepts(request, s_msgpack);
    s_export(source, request, packed ? "msgpack" : "json", NULL, packed ? s_msgpack : s_json,
             answer);
}

static void s_profile(const struct ms_serve_source *source, const struct ms_request *request,
                      enum ms_export_value value, struct ms_answer *answer) {
    const struct ms_export_options options = {
        .value = value, .is_snapshot = true, .before = request->before};
    s_export(source, request, "pprof", &options, "application/octet-stream", answer);
}

static void s_heap(const struct ms_serve_source *source, const struct ms_request *request,
                   struct ms_answer *answer) {
    s_profile(source, request, MS_EXPORT_LIVE, answer);
}

static void s_allocs(const struct ms_serve_source *source, const struct ms_request *request,
                     struct ms_answer *answer) {
    s_profile(source, request, MS_EXPORT_TOTAL, answer);
}

/* ---- the page ---- */

/* Of one process; of a directory without a name in the request, the list to choose from. */
static void s_page(const struct ms_serve_source *source, const struct ms_request *request,
                   struct ms_answer *answer) {
    struct s_list list = {.count = source->list(source->context, &list.processes)};
    const struct ms_page_element chooser = {"processes", s_write_processes, &list};
    char id[MS_ENDPOINT_ID_BYTES];
    size_t at;
    answer->has_inline_page = true;
    if (request->process == NULL && !source->is_single) {
        s_finish(answer, ms_page_write(&chooser, 1, true, ms_body_put, &answer->body), s_html);
        return;
    }
    struct ms_export_options options = {0};
    if (ms_endpoint_find(source, request->process, &at)) {
        source->list(source->context, &list.processes);
        s_format_id(&list.processes[at], id);
        options.live = list.processes[at].running ? id : NULL; /* else it does not change */
    }
    s_export(source, request, "html", &options, s_html, answer);
}

/* What such a page asks for when there is something new. */
static void s_page_report(const struct ms_serve_source *source, const struct ms_request *request,
                          struct ms_answer *answer) {
    void *handle = NULL;
    const struct memscope_report *report = s_open(source, request, &handle, answer);
    if (report == NULL)
        return;
    enum ms_status status = ms_export_page_report(report, ms_body_put, &answer->body);
    source->close(source->context, handle);
    s_finish(answer, status, s_json);
}

/* ---- the rest ---- */

/* Those that run; of a single one what there is, also when it has ended. */
static bool s_gather(const struct ms_serve_source *source, struct ms_metrics *metrics) {
    const struct ms_serve_process *processes;
    size_t count = source->list(source->context, &processes);
    size_t taken = 0;
    for (size_t i = 0; i < count && taken < MS_METRICS_PROCESSES; i++) {
        void *handle = NULL;
        if (count > 1 && !processes[i].running)
            continue;
        /* One that has gone meanwhile is left out. */
        enum ms_status status;
        const struct memscope_report *report =
            source->open(source->context, i, false, &handle, &status);
        if (report == NULL)
            continue;
        bool added = ms_metrics_add(metrics, report, processes[i].searched_time);
        source->close(source->context, handle);
        if (!added)
            return false;
        taken++;
    }
    return true;
}

static void s_metrics(const struct ms_serve_source *source, const struct ms_request *request,
                      struct ms_answer *answer) {
    bool open_metrics = s_accepts(request, "application/openmetrics-text");
    struct ms_metrics *metrics = ms_metrics_new();
    bool done = metrics != NULL && s_gather(source, metrics) &&
                ms_metrics_write(metrics, open_metrics, &answer->body);
    ms_metrics_destroy(metrics);
    s_finish(answer, done ? MS_OK : MS_NO_MEMORY,
             open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                          : "text/plain; version=0.0.4; charset=utf-8");
}

static void s_health(const struct ms_serve_source *source, const struct ms_request *request,
                     struct ms_answer *answer) {
    (void)source;
    (void)request;
    s_finish(answer, ms_body_print(&answer->body, "ok\n") ? MS_OK : MS_NO_MEMORY, s_text);
}

static const struct {
    const char *path;
    s_endpoint_fn *answer;
    bool is_profile;
} s_endpoints[] = {
    {"/", s_page, false},
    {"/api/v1/report", s_report, false},
    {"/api/v1/page", s_page_report, false},
    {"/api/v1/processes", s_processes, false},
    {"/api/v1/targets", s_targets, false},
    {"/debug/pprof/heap", s_heap, true},
    {"/debug/pprof/allocs", s_allocs, true},
    {"/metrics", s_metrics, false},
    {"/healthz", s_health, false},
};
#define S_COUNT (sizeof(s_endpoints) / sizeof(s_endpoints[0]))

bool ms_endpoint_is_profile(const char *path) {
    for (size_t i = 0; i < S_COUNT; i++) {
        if (strcmp(path, s_endpoints[i].path) == 0)
            return s_endpoints[i].is_profile;
    }
    return false;
}

void ms_endpoint_answer(const struct ms_serve_source *source, const struct ms_request *request,
                        struct ms_answer *answer) {
    *answer = (struct ms_answer){0};
    for (size_t i = 0; i < S_COUNT; i++) {
        if (strcmp(request->path, s_endpoints[i].path) == 0) {
            s_endpoints[i].answer(source, request, answer);
            return;
        }
    }
    ms_endpoint_refuse(answer, 404,
                       "there is: / /api/v1/report /api/v1/processes /api/v1/targets "
                       "/api/v1/events "
                       "/debug/pprof/heap /debug/pprof/allocs /metrics /healthz");
}
