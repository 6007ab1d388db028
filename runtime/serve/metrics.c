/* SPDX-License-Identifier: MIT */
#include "serve/metrics.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A number that is not known is NAN, and left out. */
struct s_row {
    char *labels; /* pid="1",program="x" */
    uint64_t pid;
#define X(field, kind, name, help) double field;
#include "serve/metrics.def"
#undef X
    struct {
        char *name; /* escaped */
        double bytes;
    } types[MS_METRICS_TYPES + 1];
    size_t type_count;
};

struct ms_metrics {
    struct s_row rows[MS_METRICS_PROCESSES];
    size_t count;
};

struct ms_metrics *ms_metrics_new(void) {
    return calloc(1, sizeof(struct ms_metrics));
}

static void s_fini_row(struct s_row *row) {
    for (size_t i = 0; i < row->type_count; i++)
        free(row->types[i].name);
    free(row->labels);
}

void ms_metrics_destroy(struct ms_metrics *metrics) {
    if (metrics == NULL)
        return;
    for (size_t i = 0; i < metrics->count; i++)
        s_fini_row(&metrics->rows[i]);
    free(metrics);
}

/* TEXT as a value of a label; malloc'ed, NULL: out of memory. */
static char *s_escape(const char *text) {
    char *out = malloc(2 * strlen(text) + 1), *end = out;
    if (out == NULL)
        return NULL;
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '"' || *text == '\n')
            *end++ = '\\';
        *end++ = *text != '\n' ? *text : 'n';
    }
    *end = '\0';
    return out;
}

static double s_number(uint64_t value) {
    return value != MEMSCOPE_UNKNOWN ? (double)value : NAN;
}

static bool s_add_type(struct s_row *row, const char *name, double bytes) {
    char *escaped = s_escape(name);
    if (escaped == NULL)
        return false;
    row->types[row->type_count].name = escaped;
    row->types[row->type_count++].bytes = bytes;
    return true;
}

/* The largest by name, the rest together. Names in parentheses are no types of C. */
static bool s_add_types(struct s_row *row, const struct memscope_report *report) {
    double others = 0;
    bool has_others = false;
    for (size_t i = 0; i < report->type_count; i++) {
        const struct memscope_type_report *type = &report->types[i];
        if (type->live_bytes == MEMSCOPE_UNKNOWN || type->live_bytes == 0)
            continue;
        const char *name = type->type_name != NULL ? type->type_name : "(unknown)";
        if (row->type_count < MS_METRICS_TYPES && strlen(name) <= MS_METRICS_NAME_BYTES) {
            if (!s_add_type(row, name, (double)type->live_bytes))
                return false;
        } else {
            others += (double)type->live_bytes;
            has_others = true;
        }
    }
    return !has_others || s_add_type(row, "(other)", others);
}

/* Of a process that runs and was never searched nobody knows. */
static double s_leaked(const struct memscope_report *report, uint64_t searched_time) {
    double bytes = 0;
    bool known = report->process.exit != MEMSCOPE_EXIT_RUNNING || searched_time != 0;
    for (size_t i = 0; i < report->leak_count; i++) {
        known = true;
        if (!memscope_is_reachable(report->leaks[i].reachability))
            bytes += (double)report->leaks[i].bytes;
    }
    return known ? bytes : NAN;
}

static bool s_add_labels(struct s_row *row, const struct memscope_process *process) {
    const char *path = process->executable != NULL ? process->executable : "";
    const char *slash = strrchr(path, '/');
    const char *program = slash != NULL ? slash + 1 : path;
    char *name = s_escape(strlen(program) <= MS_METRICS_NAME_BYTES ? program : "(long name)");
    struct ms_body body = {0};
    bool done = name != NULL &&
                ms_body_print(&body, "pid=\"%" PRIu64 "\",program=\"%s\"%c", row->pid, name, '\0');
    free(name);
    row->labels = body.bytes;
    return done;
}

bool ms_metrics_add(struct ms_metrics *metrics, const struct memscope_report *report,
                    uint64_t searched_time) {
    const struct memscope_summary *summary = &report->summary;
    if (metrics->count == MS_METRICS_PROCESSES)
        return true;
    for (size_t i = 0; i < metrics->count; i++) {
        if (metrics->rows[i].pid == report->process.pid)
            return true;
    }
    struct s_row *row = &metrics->rows[metrics->count++];
    *row = (struct s_row){
        .pid = report->process.pid,
        .running = report->process.exit == MEMSCOPE_EXIT_RUNNING,
        .heap_live = s_number(summary->current_memory_bytes),
        .heap_peak = s_number(summary->peak_memory_bytes),
        .heap_blocks = s_number(summary->active_allocations),
        .allocations = s_number(summary->total_allocations),
        .frees = s_number(summary->total_deallocations),
        .allocated = s_number(summary->total_bytes),
        .leaked = s_leaked(report, searched_time),
        .searched = searched_time != 0 ? (double)searched_time / 1e9 : NAN,
        .dropped = s_number(summary->dropped_events),
        .rss = NAN,
        .cpu = NAN,
        .fds = NAN,
        .threads = NAN,
    };
    if (report->system_snapshot_count != 0) {
        const struct memscope_system_snapshot *last =
            &report->system_snapshots[report->system_snapshot_count - 1];
        row->rss = s_number(last->process_rss_bytes);
        row->cpu = last->process_cpu_percent / 100;
        row->fds = s_number(last->process_fds);
        row->threads = s_number(last->thread_count);
    }
    return s_add_labels(row, &report->process) && s_add_types(row, report);
}

/* ---- text ---- */

static bool s_put_head(struct ms_body *body, const char *name, bool is_counter, bool open_metrics,
                       const char *help) {
    const char *end = is_counter && !open_metrics ? "_total" : "";
    return ms_body_print(body, "# HELP %s%s %s\n# TYPE %s%s %s\n", name, end, help, name, end,
                         is_counter ? "counter" : "gauge");
}

static bool s_put_sample(struct ms_body *body, const char *name, bool is_counter,
                         const struct s_row *row, double value) {
    if (isnan(value))
        return true;
    return ms_body_print(body, "%s%s{%s} %.17g\n", name, is_counter ? "_total" : "", row->labels,
                         value);
}

static bool s_put_types(const struct ms_metrics *metrics, struct ms_body *body) {
    static const char s_name[] = "memscope_type_live_bytes";
    bool done = s_put_head(body, s_name, false, false,
                           "Bytes in live blocks of a C type; of the largest types by name.");
    for (size_t i = 0; i < metrics->count; i++) {
        const struct s_row *row = &metrics->rows[i];
        for (size_t j = 0; j < row->type_count; j++)
            done = done && ms_body_print(body, "%s{%s,type=\"%s\"} %.17g\n", s_name, row->labels,
                                         row->types[j].name, row->types[j].bytes);
    }
    return done;
}

bool ms_metrics_write(const struct ms_metrics *metrics, bool open_metrics, struct ms_body *body) {
    enum { GAUGE, COUNTER };
    bool done = true;
#define X(field, kind, name, help)                                                                 \
    done = done && s_put_head(body, name, kind == COUNTER, open_metrics, help);                    \
    for (size_t i = 0; i < metrics->count; i++)                                                    \
        done = done && s_put_sample(body, name, kind == COUNTER, &metrics->rows[i],                \
                                    metrics->rows[i].field);
#include "serve/metrics.def"
#undef X
    done = done && s_put_types(metrics, body);
    return done && (!open_metrics || ms_body_print(body, "# EOF\n"));
}
