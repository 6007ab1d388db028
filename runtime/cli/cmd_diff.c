/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/diff_view.h"
#include "cli/source.h"
#include "cli/view.h"
#include "compare/diff.h"

#define S_DEFAULT_TOP 20

struct s_request {
    enum ms_diff_measure sort;
    const char *filter;
    const char *output; /* of a page; NULL: none */
    size_t top;
    bool top_given, json, redact;
};

static int s_fail_sort(const char *key) {
    char *keys = ms_cli_copy("");
    for (int i = 0; i < MS_DIFF_MEASURE_COUNT; i++) {
        char *longer = ms_cli_format("%s%s%s", keys, i != 0 ? ", " : "", ms_diff_measure_key(i));
        free(keys);
        keys = longer;
    }
    ms_cli_fail("diff: cannot sort by '%s'; the keys are %s", key, keys);
    free(keys);
    return MS_CLI_USAGE;
}

static bool s_read_sort(const char *key, enum ms_diff_measure *sort) {
    for (int i = 0; i < MS_DIFF_MEASURE_COUNT; i++) {
        if (strcmp(key, ms_diff_measure_key(i)) == 0) {
            *sort = i;
            return true;
        }
    }
    return false;
}

static const struct option s_options[] = {
    {"top", required_argument, NULL, 't'},
    {"sort", required_argument, NULL, 's'},
    {"filter", required_argument, NULL, 'f'},
    {"json", no_argument, NULL, 'j'},
    {"output", required_argument, NULL, 'o'},
    {"redact", no_argument, NULL, 'd'},
    {"help", no_argument, NULL, 'h'},
    MS_SOURCE_OPTIONS,
    {NULL, 0, NULL, 0},
};

static int s_read_request(int argc, char **argv, struct s_request *request) {
    int option;
    while ((option = ms_cli_option(&ms_command_diff, argc, argv, ":o:h", s_options)) != -1) {
        switch (option) {
        case 't':
            if (!ms_view_read_top(optarg, &request->top))
                return ms_cli_fail("diff: --top takes a number, not '%s'", optarg);
            request->top_given = true;
            break;
        case 's':
            if (!s_read_sort(optarg, &request->sort))
                return s_fail_sort(optarg);
            break;
        case 'f':
            request->filter = optarg;
            break;
        case 'j':
            request->json = true;
            break;
        case 'o':
            request->output = optarg;
            break;
        case 'd':
            request->redact = true;
            break;
        case 'h':
            exit(ms_cli_help(&ms_command_diff));
        default:
            if (!ms_source_take_option(option, optarg))
                return MS_CLI_USAGE;
        }
    }
    if (request->json && request->output != NULL)
        return ms_cli_fail("diff: --json prints, -o writes a page; give one of them");
    if ((request->json || request->output != NULL) && !request->top_given)
        request->top = 0;
    if (argc - optind != 2)
        return ms_cli_fail("diff: takes two files, OLD and NEW, but was given %d", argc - optind);
    return MS_CLI_DONE;
}

static const char *s_program(const struct memscope_report *report) {
    const char *path = report->process.executable != NULL ? report->process.executable : "";
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* What makes the two harder to compare. */
static void s_say_doubts(const struct memscope_report *old, const struct memscope_report *now) {
    const char *old_bytes = old->sampling.heap_bytes, *bytes = now->sampling.heap_bytes;
    if (strcmp(s_program(old), s_program(now)) != 0)
        ms_cli_note("diff: they are of different programs: %s and %s", s_program(old),
                    s_program(now));
    if (old_bytes != NULL && bytes != NULL && strcmp(old_bytes, bytes) != 0)
        ms_cli_note("diff: the old heap is counted in %s bytes, the new one in %s bytes", old_bytes,
                    bytes);
    if (!old->sampling.exact || !now->sampling.exact)
        ms_cli_note("diff: %s estimated or incomplete: see its notes (`memscope summary`)",
                    old->sampling.exact   ? "the new one is"
                    : now->sampling.exact ? "the old one is"
                                          : "both are");
}

static int s_print(const struct s_request *request, const struct memscope_report *old,
                   const struct memscope_report *now) {
    struct ms_diff *diff;
    int status = MS_CLI_DONE;
    enum ms_status made = ms_diff_new(old, now, &diff);
    if (made != MS_OK)
        return ms_cli_fail("diff: %s", ms_status_message(made));
    s_say_doubts(old, now);
    struct ms_diff_view view =
        ms_diff_view_select(diff, request->sort, request->filter, request->top,
                            request->json || request->output != NULL);
    view.old = old;
    view.new_report = now;
    ms_cli_begin_output();
    if (request->output != NULL)
        status = ms_diff_view_write_page(&view, request->output);
    else if (request->json)
        status = ms_diff_view_print_json(&view);
    else
        ms_diff_view_print(&view);
    ms_diff_view_fini(&view);
    ms_diff_destroy(diff);
    return ms_cli_end_output(status);
}

static int s_run(int argc, char **argv) {
    struct s_request request = {.sort = MS_DIFF_peak_bytes, .top = S_DEFAULT_TOP};
    struct ms_source old, now;
    int status = s_read_request(argc, argv, &request);
    if (status != MS_CLI_DONE)
        return status;
    if (!ms_source_open(&old, argv[optind], 0))
        return MS_CLI_USAGE;
    if (!ms_source_open(&now, argv[optind + 1], 0)) {
        ms_source_close(&old);
        return MS_CLI_USAGE;
    }
    if (request.redact && (!ms_source_redact(&old) || !ms_source_redact(&now)))
        status = MS_CLI_USAGE;
    else
        status = s_print(&request, old.report, now.report);
    ms_source_close(&now);
    ms_source_close(&old);
    return status;
}

const struct ms_command ms_command_diff = {
    .name = "diff",
    .arguments = "[OPTIONS] OLD NEW",
    .summary = "what has grown from one run to another",
    .help =
        "Compares two runs, also of different builds, by C type, variable and function, so that\n"
        "moved lines do not count: what grew or shrank most comes first. Rows in which nothing\n"
        "differs are left out, but for --json. Peaks of a row are the sum of its places' peaks. "
        "What\n"
        "was renamed is gone and new; numbers are not scaled to the time the programs ran.\n\n"
        "  -o, --output OUT.html\n"
        "                 write a page with bars and both timelines; -: to standard output\n"
        "  --redact       without directories, hosts and command lines, to give it to others\n"
        "  --top N        show the first N rows; 0: all (the default is 20, with --json or -o "
        "all)\n"
        "  --sort KEY     by live_bytes, live_count, peak_bytes (the default), bytes_at_peak,\n"
        "                 total_bytes or total_count\n"
        "  --filter GLOB  rows in which a text (type, variable, function, place) matches GLOB\n"
        "  --json         print JSON\n" MS_SOURCE_HELP,
    .options = s_options,
    .run = s_run,
};
