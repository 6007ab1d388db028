/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/extension.h"
#include "cli/grid.h"
#include "cli/source.h"
#include "cli/terminal.h"
#include "cli/text.h"
#include "cli/view.h"

#define S_DEFAULT_TOP 5 /* rows of each table */

struct s_request {
    const char *filter;
    size_t top;
    bool json;
};

/* The best of a section, where it has any. */
static void s_print_view(const struct ms_view *view, const struct memscope_report *report,
                         const struct s_request *request, const char *title) {
    struct memscope_report shown = *report;
    if (view->prepare != NULL)
        view->prepare(&shown);
    struct ms_view_pick pick = {.sort = view->sort, .filter = request->filter, .top = request->top};
    struct ms_view_rows rows = ms_view_select(view, &shown, &pick);
    if (rows.count != 0) {
        printf("\n%s", title);
        if (rows.count < rows.matching && view == &ms_view_findings)
            printf(" (%zu of %zu; --top 0 shows all)", rows.count, rows.matching);
        else if (rows.count < rows.matching)
            printf(" (%zu of %zu; `memscope %s` shows more)", rows.count, rows.matching,
                   view->section);
        putchar('\n');
        ms_view_print(view, &shown, &rows, 2);
    }
    ms_view_rows_fini(&rows);
}

static void s_print_line(const char *name, char *text) {
    printf("  %-12s %s\n", name, text);
    free(text);
}

static char *s_heap(const struct memscope_report *report) {
    const struct memscope_summary *summary = &report->summary;
    char *peak = ms_text_bytes(summary->peak_memory_bytes);
    char *live = ms_text_bytes(summary->current_memory_bytes);
    char *total = ms_text_bytes(summary->total_bytes);
    const char *when = report->process.exit == MEMSCOPE_EXIT_RUNNING ? "now" : "at the end";
    char *text = ms_cli_format("%s at its peak, %s %s, %s in all", peak, live, when, total);
    free(total);
    free(live);
    free(peak);
    return text;
}

static char *s_events(uint64_t count, double rate, uint64_t live) {
    char *number = ms_text_count(count), *second = ms_text_real(rate);
    char *still = live != MEMSCOPE_UNKNOWN ? ms_text_count(live) : NULL;
    char *text = ms_cli_format("%s (%s a second)%s%s%s", number, second, still ? ", " : "",
                               still ? still : "", still ? " live" : "");
    free(still);
    free(second);
    free(number);
    return text;
}

static char *s_pools(const struct memscope_summary *summary) {
    char *count = ms_text_count(summary->pooled_allocations);
    char *live = ms_text_bytes(summary->pooled_bytes);
    char *outside = ms_text_bytes(summary->pooled_outside_bytes);
    char *text = ms_cli_format("%s blocks out of larger ones, %s live, %s of that outside the heap",
                               count, live, outside);
    free(outside);
    free(live);
    free(count);
    return text;
}

/* What says how blocks are used: short lives, copies, other threads, rounding. */
static void s_print_use(const struct memscope_summary *summary) {
    uint64_t all = summary->total_allocations;
    if (summary->temporary_allocations != MEMSCOPE_UNKNOWN && all != 0) {
        char *count = ms_text_count(summary->temporary_allocations);
        char *share = ms_text_percent(100 * (double)summary->temporary_allocations / (double)all);
        s_print_line(
            "temporary",
            ms_cli_format("%s blocks (%s) were freed before their thread's next allocation", count,
                          share));
        free(share);
        free(count);
    }
    if (summary->moved_bytes != MEMSCOPE_UNKNOWN && summary->moved_bytes != 0) {
        char *moved = ms_text_bytes(summary->moved_bytes);
        s_print_line("moved", ms_cli_format("%s by realloc, to another address", moved));
        free(moved);
    }
    if (summary->freed_elsewhere != MEMSCOPE_UNKNOWN && summary->freed_elsewhere != 0) {
        char *count = ms_text_count(summary->freed_elsewhere);
        s_print_line("elsewhere",
                     ms_cli_format("%s blocks were freed by another thread than their own", count));
        free(count);
    }
    if (summary->slack_bytes != MEMSCOPE_UNKNOWN && summary->slack_bytes != 0) {
        char *slack = ms_text_bytes(summary->slack_bytes);
        s_print_line("slack",
                     ms_cli_format("%s more than asked for in live blocks, by rounding", slack));
        free(slack);
    }
}

#define S_HISTOGRAM_BAR 20

/* "1 KiB", "100 ms": the beginning of a bucket. */
static char *s_bucket_start(uint64_t from, bool is_time) {
    return is_time ? ms_text_duration(from) : ms_text_bytes(from);
}

/* A histogram, a line for each bucket; nothing where there is one bucket or none. */
static void s_print_histogram(const char *title, const struct memscope_bucket *buckets,
                              size_t count, bool is_time) {
    static const struct ms_grid_column s_columns[] = {
        {.title = "FROM", .right = true},
        {.title = "BLOCKS", .right = true},
        {.title = "SHARE", .right = true},
        {.title = "", .bar = true, .weight = 1},
    };
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)buckets[i].count;
    if (count < 2 || !(sum > 0))
        return;
    printf("\n%s\n", title);
    struct ms_grid *grid = ms_grid_new(s_columns, sizeof(s_columns) / sizeof(s_columns[0]));
    for (size_t i = 0; i < count; i++) {
        double share = (double)buckets[i].count / sum;
        char *cells[] = {s_bucket_start(buckets[i].from, is_time), ms_text_count(buckets[i].count),
                         ms_text_percent(100 * share),
                         ms_text_bar(share, S_HISTOGRAM_BAR, ms_terminal_get()->utf8)};
        ms_grid_add(grid, cells);
    }
    ms_grid_print(grid, 2);
    ms_grid_destroy(grid);
}

static char *s_typed(double percent) {
    if (!isfinite(percent))
        return ms_cli_copy("not known");
    char *share = ms_text_percent(percent);
    char *text = ms_cli_format("%s of the bytes have a C type", share);
    free(share);
    return text;
}

static char *s_padding(uint64_t bytes) {
    if (bytes == MEMSCOPE_UNKNOWN)
        return ms_cli_copy("not known: no layouts of types were found");
    char *lost = ms_text_bytes(bytes);
    char *text = ms_cli_format("%s lost between members at the peak of each type", lost);
    free(lost);
    return text;
}

static char *s_stack(uint64_t peak_bytes) {
    char *peak = ms_text_bytes(peak_bytes);
    char *text = ms_cli_format("at most %s in annotated objects at once", peak);
    free(peak);
    return text;
}

static char *s_static(const struct memscope_report *report) {
    size_t count = 0;
    for (size_t i = 0; i < report->site_count; i++)
        count += report->sites[i].kind != NULL && strcmp(report->sites[i].kind, "static") == 0;
    char *bytes = ms_text_bytes(report->summary.static_bytes), *number = ms_text_count(count);
    char *text = ms_cli_format("%s in %s variables", bytes, number);
    free(bytes);
    free(number);
    return text;
}

static char *s_sampling(const struct memscope_report *report) {
    const struct memscope_sampling *sampling = &report->sampling;
    const char *preset = sampling->preset != NULL ? sampling->preset : "-";
    if (sampling->exact)
        return ms_cli_format("%s: every block is recorded", preset);
    char *dropped = ms_text_count(report->summary.dropped_events);
    char *text, *changes = ms_cli_copy("");
    if (sampling->rate_changes != 0 && sampling->rate_changes != MEMSCOPE_UNKNOWN) {
        char *count = ms_text_count(sampling->rate_changes);
        free(changes);
        changes = ms_cli_format(" at the end, changed %s time%s", count,
                                sampling->rate_changes == 1 ? "" : "s");
        free(count);
    }
    if (sampling->sample_bytes != 0 && sampling->sample_bytes != MEMSCOPE_UNKNOWN) {
        char *bytes = ms_text_bytes(sampling->sample_bytes);
        text = ms_cli_format("%s: a stack each %s%s, %s events dropped", preset, bytes, changes,
                             dropped);
        free(bytes);
    } else {
        text = ms_cli_format("%s: a stack for a share of %g%s, %s events dropped", preset,
                             sampling->sample_rate, changes, dropped);
    }
    free(changes);
    free(dropped);
    return text;
}

static char *s_command_line(const struct memscope_process *process) {
    char *text = ms_cli_copy("");
    for (size_t i = 0; i < process->command_count; i++) {
        char *word = ms_text_clean(process->command[i]);
        char *longer = ms_cli_format("%s%s%s", text, i != 0 ? " " : "", word);
        free(word);
        free(text);
        text = longer;
    }
    size_t width = ms_terminal_get()->width;
    if (width > 40) {
        char *shorter = ms_text_cut(text, width - 15, false);
        free(text);
        text = shorter;
    }
    return text;
}

/* The objects that are no heap memory have lines of their own. */
static bool s_is_on_heap(const void *row) {
    const char *kind = ((const struct memscope_variable *)row)->kind;
    return kind == NULL || (strcmp(kind, "object") != 0 && strcmp(kind, "static") != 0);
}

static void s_print(const struct memscope_report *report, const struct s_request *request) {
    const struct memscope_summary *summary = &report->summary;
    char *process = ms_view_describe_process(report);
    printf("%s\n", process);
    free(process);
    s_print_line("command", s_command_line(&report->process));
    s_print_line("started", ms_text_time(report->process.start_time));
    s_print_line("heap", s_heap(report));
    s_print_line("allocations",
                 s_events(summary->total_allocations, summary->allocation_rate_per_sec,
                          summary->active_allocations));
    s_print_line("frees", s_events(summary->total_deallocations, summary->deallocation_rate_per_sec,
                                   MEMSCOPE_UNKNOWN));
    if (summary->pooled_allocations != 0 && summary->pooled_allocations != MEMSCOPE_UNKNOWN)
        s_print_line("pools", s_pools(summary));
    s_print_line("typed", s_typed(summary->typed_bytes_percent));
    s_print_line("padding", s_padding(summary->padding_waste_bytes));
    if (summary->stack_peak_bytes != MEMSCOPE_UNKNOWN)
        s_print_line("stack", s_stack(summary->stack_peak_bytes));
    if (summary->static_bytes != MEMSCOPE_UNKNOWN)
        s_print_line("static", s_static(report));
    s_print_use(summary);
    s_print_line("recorded", s_sampling(report));
    for (size_t i = 0; i < report->note_count; i++)
        s_print_line(i == 0 ? "notes" : "", ms_text_clean(report->notes[i]));
    s_print_view(&ms_view_findings, report, request, "Findings");
    s_print_view(&ms_view_types, report, request, "Types by peak");
    struct ms_view heap_variables = ms_view_variables;
    heap_variables.wants = s_is_on_heap;
    s_print_view(&heap_variables, report, request, "Annotated variables by peak");
    s_print_view(&ms_view_hotspots, report, request, "Places by total");
    s_print_view(&ms_view_phases, report, request, "Phases by total");
    s_print_view(&ms_view_leaks, report, request, "Never freed");
    s_print_view(&ms_view_problems, report, request, "Freed wrongly");
    if (request->filter == NULL) {
        s_print_histogram("Blocks by size", report->sizes, report->size_count, false);
        s_print_histogram("Blocks by lifetime, of those that were freed", report->lifetimes,
                          report->lifetime_count, true);
    }
}

static const struct option s_options[] = {
    {"top", required_argument, NULL, 't'},
    {"filter", required_argument, NULL, 'f'},
    {"json", no_argument, NULL, 'j'},
    {"load", required_argument, NULL, 'l'},
    {"help", no_argument, NULL, 'h'},
    MS_SOURCE_OPTIONS,
    {NULL, 0, NULL, 0},
};

static int s_run(int argc, char **argv) {
    static const char *const s_sections[] = {"process", "sampling", "summary", "findings"};
    struct s_request request = {.top = S_DEFAULT_TOP};
    struct ms_source source;
    const char *file;
    int option, status = MS_CLI_DONE;
    while ((option = ms_cli_option(&ms_command_summary, argc, argv, ":h", s_options)) != -1) {
        switch (option) {
        case 't':
            if (!ms_view_read_top(optarg, &request.top))
                return ms_cli_fail("summary: --top takes a number, not '%s'", optarg);
            break;
        case 'f':
            request.filter = optarg;
            break;
        case 'j':
            request.json = true;
            break;
        case 'l':
            if (!ms_extension_load(optarg))
                return MS_CLI_USAGE;
            break;
        case 'h':
            return ms_cli_help(&ms_command_summary);
        default:
            if (!ms_source_take_option(option, optarg))
                return MS_CLI_USAGE;
        }
    }
    if (!ms_source_argument("summary", argc, argv, &file) || !ms_source_open(&source, file, 0))
        return MS_CLI_USAGE;
    if (!ms_findings_add(source.report)) {
        ms_source_close(&source);
        return MS_CLI_USAGE;
    }
    ms_cli_begin_output();
    if (request.json)
        status = ms_view_print_sections(source.report, s_sections,
                                        sizeof(s_sections) / sizeof(s_sections[0]));
    else
        s_print(source.report, &request);
    ms_source_close(&source);
    return ms_cli_end_output(status);
}

const struct ms_command ms_command_summary = {
    .name = "summary",
    .arguments = "[OPTIONS] [FILE]",
    .summary = "what matters of a run, on one page",
    .help = "Prints the process, its totals, and the first rows of the other tables.\n\n"
            "  --top N        show N rows of each table; 0: all (the default is 5)\n"
            "  --filter GLOB  rows in which a text (type, variable, function, place) matches GLOB\n"
            "  --json         print process, sampling, summary and findings as "
            "JSON\n"
            "  --load FILE.so\n"
            "                 load analyzers of your own from a shared library\n"
            "                 (memscope/extension.h); may be given several times\n" MS_SOURCE_HELP,
    .options = s_options,
    .run = s_run,
};
