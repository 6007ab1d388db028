/* SPDX-License-Identifier: MIT */
#include "serve/endpoints.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "serve/metrics.h"

typedef void s_endpoint_fn(const struct ms_serve_source *source, const struct ms_request *request,
                           struct ms_answer *answer);

static const char s_text[] = "text/plain; charset=utf-8";
static const char s_json[] = "application/json";
static const char s_msgpack[] = "application/msgpack";

void ms_endpoint_refuse(struct ms_answer *answer, unsigned status, const char *line) {
    answer->status = status;
    answer->type = s_text;
    answer->body.size = 0;
    ms_body_print(&answer->body, "%s\n", line);
}

static void s_finish(struct ms_answer *answer, bool written, const char *type) {
    answer->status = 200;
    answer->type = type;
    if (!written)
        ms_endpoint_refuse(answer, 500, "the answer could not be written");
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

static void s_processes(const struct ms_serve_source *source, const struct ms_request *request,
                        struct ms_answer *answer) {
    const struct ms_serve_process *processes;
    bool packed = s_accepts(request, s_msgpack);
    struct ms_writer *writer = packed
                                   ? ms_msgpack_writer_new(ms_body_put, &answer->body)
                                   : ms_json_writer_new(ms_body_put, &answer->body, MS_JSON_PRETTY);
    if (writer == NULL) {
        s_finish(answer, false, s_json);
        return;
    }
    size_t count = source->list(source->context, &processes);
    writer->ops->begin_object(writer, 1);
    writer->ops->string(writer, "processes");
    writer->ops->begin_array(writer, count);
    for (size_t i = 0; i < count; i++)
        s_write_process(writer, &processes[i]);
    writer->ops->end_array(writer);
    writer->ops->end_object(writer);
    s_finish(answer, writer->ops->finish(writer) == MS_OK, packed ? s_msgpack : s_json);
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
        s_finish(answer, false, s_json);
        return;
    }
    size_t count = source->list(source->context, &processes), running = 0;
    while (running < count && processes[running].running) /* they are first */
        running++;
    writer->ops->begin_array(writer, running);
    for (size_t i = 0; i < running; i++)
        s_write_target(writer, &processes[i], request->host);
    writer->ops->end_array(writer);
    s_finish(answer, writer->ops->finish(writer) == MS_OK, s_json);
}

/* ---- what a report is written as ---- */

static void s_export(const struct ms_serve_source *source, const struct ms_request *request,
                     const char *format, const struct ms_export_options *options, const char *type,
                     struct ms_answer *answer) {
    size_t at;
    void *handle = NULL;
    if (!ms_endpoint_find(source, request->process, &at)) {
        ms_endpoint_refuse(answer, 404,
                           "there is no such process; /api/v1/processes lists those there are");
        return;
    }
    const struct memscope_report *report = source->open(source->context, at, false, &handle);
    if (report == NULL) {
        ms_endpoint_refuse(answer, 500, "its journal cannot be read");
        return;
    }
    enum ms_status status =
        ms_export_write(ms_exporter_find(format), report, options, ms_body_put, &answer->body);
    source->close(source->context, handle);
    s_finish(answer, status == MS_OK, type);
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

static bool s_put_escaped(struct ms_body *body, const char *text) {
    bool done = true;
    for (; done && *text != '\0'; text++) {
        if (strchr("<>&\"'", *text) != NULL)
            done = ms_body_print(body, "&#%d;", *text);
        else
            done = ms_body_put(body, text, 1);
    }
    return done;
}

/* A list of links, where there is more than one. */
static void s_chooser(const struct ms_serve_process *processes, size_t count,
                      struct ms_answer *answer) {
    struct ms_body *body = &answer->body;
    bool done = ms_body_print(
        body,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
        "name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta "
        "name=\"color-scheme\" content=\"light dark\"><title>memscope</title></head>\n"
        "<body><h1>memscope</h1><p>%s</p>\n<ul>\n",
        count != 0 ? "The processes there are, those that run first:" : "No journals yet.");
    for (size_t i = 0; done && i < count; i++) {
        char id[MS_ENDPOINT_ID_BYTES];
        s_format_id(&processes[i], id);
        done = ms_body_print(body, "<li><a href=\"/?process=%s\">", id) &&
               s_put_escaped(body, processes[i].program) &&
               ms_body_print(body, " (pid %" PRIu64 ")</a>, ", processes[i].pid) &&
               s_put_escaped(body, processes[i].ending) && ms_body_print(body, "</li>\n");
    }
    done = done && ms_body_print(body, "</ul></body></html>\n");
    s_finish(answer, done, "text/html; charset=utf-8");
}

static bool s_read_refresh(const char *text, unsigned *seconds) {
    size_t digits = strspn(text, "0123456789");
    *seconds = digits != 0 && digits <= 4 && text[digits] == '\0' ? (unsigned)atoi(text) : 0;
    return *seconds >= 1 && *seconds <= 3600;
}

/* Of a process that has ended the page does not change: it is not loaded again. */
static void s_page(const struct ms_serve_source *source, const struct ms_request *request,
                   struct ms_answer *answer) {
    const struct ms_serve_process *processes;
    size_t at;
    unsigned refresh = 0;
    if (request->refresh != NULL && !s_read_refresh(request->refresh, &refresh)) {
        ms_endpoint_refuse(answer, 400, "refresh is a number of seconds, 1 to 3600");
        return;
    }
    size_t count = source->list(source->context, &processes);
    if (request->process == NULL && count != 1) {
        answer->refresh = refresh;
        s_chooser(processes, count, answer);
        return;
    }
    if (ms_endpoint_find(source, request->process, &at)) {
        source->list(source->context, &processes);
        answer->refresh = processes[at].running ? refresh : 0;
    }
    answer->has_inline_page = true;
    s_export(source, request, "html", NULL, "text/html; charset=utf-8", answer);
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
        const struct memscope_report *report = source->open(source->context, i, false, &handle);
        if (report == NULL)
            continue;
        bool added = ms_metrics_add(metrics, report);
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
    s_finish(answer, done,
             open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                          : "text/plain; version=0.0.4; charset=utf-8");
}

static void s_health(const struct ms_serve_source *source, const struct ms_request *request,
                     struct ms_answer *answer) {
    (void)source;
    (void)request;
    s_finish(answer, ms_body_print(&answer->body, "ok\n"), s_text);
}

static const struct {
    const char *path;
    s_endpoint_fn *answer;
    bool is_profile;
} s_endpoints[] = {
    {"/", s_page, false},
    {"/api/v1/report", s_report, false},
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
                       "/debug/pprof/heap /debug/pprof/allocs /metrics /healthz");
}
