/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/source.h"
#include "cli/terminal.h"
#include "cli/text.h"
#include "cli/view.h"

#define S_ROWS 5 /* of each table */

/* The best of a section, where it has any. */
static void s_print_view(const struct ms_view *view, const struct memscope_report *report,
                         const char *title) {
    struct ms_view_rows rows = ms_view_select(view, report, view->sort, NULL, S_ROWS);
    if (rows.count != 0) {
        printf("\n%s", title);
        if (rows.count < rows.all)
            printf(" (%zu of %zu; `memscope %s` shows more)", rows.count, rows.all, view->section);
        putchar('\n');
        ms_view_print(view, report, &rows, 2);
    }
    ms_view_rows_fini(&rows);
}

static void s_print_line(const char *name, char *text) {
    printf("  %-12s %s\n", name, text);
    free(text);
}

static char *s_join(const char *format, char *first, char *second, char *third) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    char *text = ms_cli_format(format, first, second, third);
#pragma GCC diagnostic pop
    free(first);
    free(second);
    free(third);
    return text;
}

static char *s_sampling(const struct memscope_report *report) {
    const struct memscope_sampling *sampling = &report->sampling;
    const char *preset = sampling->preset != NULL ? sampling->preset : "-";
    if (sampling->exact)
        return ms_cli_format("%s: every block is recorded", preset);
    char *dropped = ms_text_count(report->summary.dropped_events);
    char *text;
    if (sampling->sample_bytes != 0 && sampling->sample_bytes != MEMSCOPE_UNKNOWN) {
        char *bytes = ms_text_bytes(sampling->sample_bytes);
        text = ms_cli_format("%s: a stack each %s, %s events dropped", preset, bytes, dropped);
        free(bytes);
    } else {
        text = ms_cli_format("%s: a stack for a share of %g, %s events dropped", preset,
                             sampling->sample_rate, dropped);
    }
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

static void s_print(const struct memscope_report *report) {
    const struct memscope_summary *summary = &report->summary;
    char *process = ms_view_describe_process(&report->process);
    printf("%s\n", process);
    free(process);
    s_print_line("command", s_command_line(&report->process));
    s_print_line("started", ms_text_time(report->process.start_time));
    s_print_line("heap", s_join("%s at its peak, %s at the end, %s in all",
                                ms_text_bytes(summary->peak_memory_bytes),
                                ms_text_bytes(summary->current_memory_bytes),
                                ms_text_bytes(summary->total_bytes)));
    s_print_line("allocations",
                 s_join("%s (%s a second), %s live", ms_text_count(summary->total_allocations),
                        ms_text_real(summary->allocation_rate_per_sec),
                        ms_text_count(summary->active_allocations)));
    s_print_line("frees",
                 s_join("%s (%s a second)%s", ms_text_count(summary->total_deallocations),
                        ms_text_real(summary->deallocation_rate_per_sec), ms_cli_copy("")));
    s_print_line("typed", s_join("%s of the bytes have a C type%s%s",
                                 ms_text_percent(summary->typed_bytes_percent), ms_cli_copy(""),
                                 ms_cli_copy("")));
    s_print_line("padding", s_join("%s lost between members of structs%s%s",
                                   ms_text_bytes(summary->padding_waste_bytes), ms_cli_copy(""),
                                   ms_cli_copy("")));
    s_print_line("recorded", s_sampling(report));
    for (size_t i = 0; i < report->note_count; i++)
        s_print_line(i == 0 ? "notes" : "", ms_text_clean(report->notes[i]));
    s_print_view(&ms_view_types, report, "Types by peak");
    s_print_view(&ms_view_variables, report, "Annotated variables by peak");
    s_print_view(&ms_view_hotspots, report, "Places by total");
    s_print_view(&ms_view_leaks, report, "Never freed");
}

static int s_run(int argc, char **argv) {
    static const struct option s_options[] = {
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static const char *const s_sections[] = {"process", "sampling", "summary"};
    struct ms_source source;
    const char *file;
    int option, status = MS_CLI_DONE;
    bool json = false;
    while ((option = ms_cli_option(&ms_command_summary, argc, argv, ":h", s_options)) != -1) {
        if (option == 'h')
            return ms_cli_help(&ms_command_summary);
        if (option != 'j')
            return MS_CLI_USAGE;
        json = true;
    }
    if (!ms_source_argument("summary", argc, argv, &file) || !ms_source_open(&source, file))
        return MS_CLI_USAGE;
    ms_cli_begin_output();
    if (json)
        status = ms_view_print_json(source.report, s_sections,
                                    sizeof(s_sections) / sizeof(s_sections[0]));
    else
        s_print(source.report);
    ms_source_close(&source);
    return ms_cli_end_output(status);
}

const struct ms_command ms_command_summary = {
    .name = "summary",
    .arguments = "[--json] [FILE]",
    .summary = "what matters of a run, on one page",
    .help = "Prints the process, its totals, and the first rows of the other tables.\n\n"
            "  --json         print process, sampling and summary as JSON\n",
    .run = s_run,
};
