/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/check_output.h"
#include "cli/check_text.h"
#include "cli/cli.h"
#include "cli/leak_rows.h"
#include "cli/quantity.h"
#include "cli/source.h"
#include "cli/suppressions.h"
#include "compare/check.h"
#include "export/export.h"

struct s_request {
    struct ms_check_limit *limits;
    size_t limit_count;
    const char *baseline;
    const char *sarif;
    const char *code_quality;
    const char *root;
    struct ms_suppressions suppressions;
    bool is_strict, is_github, is_verbose;
};

/* The letters of the other options are below 256. */
#define S_RULE_BASE 256

static const struct option s_options[] = {
#define X(name, id, unit, named, what, purpose)                                                    \
    {id, required_argument, NULL, S_RULE_BASE + MS_CHECK_##name},
#include "compare/check_rules.def"
#undef X
    {"baseline", required_argument, NULL, 'b'},
    {"sarif", required_argument, NULL, 's'},
    {"code-quality", required_argument, NULL, 'q'},
    {"source-root", required_argument, NULL, 'r'},
    {"github", no_argument, NULL, 'g'},
    {"strict", no_argument, NULL, 'S'},
    {"suppressions", required_argument, NULL, 'p'},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    MS_SOURCE_OPTIONS,
    {NULL, 0, NULL, 0},
};

/* ---- the command line ---- */

/* "NAME=SIZE", split at the last '=': the spelling of a C++ type may have one. */
static bool s_read_named(char *text, struct ms_check_limit *limit) {
    char *sign = strrchr(text, '=');
    if (sign == NULL || sign == text || !ms_quantity_bytes(sign + 1, &limit->limit))
        return false;
    *sign = '\0';
    limit->name = text;
    return true;
}

static bool s_read_limit(char *text, struct ms_check_limit *limit) {
    const struct ms_check_rule_info *info = ms_check_rule_info(limit->rule);
    limit->percent = NAN;
    if (info->is_named)
        return s_read_named(text, limit);
    if (limit->rule == MS_CHECK_MAX_GROWTH && ms_quantity_percent(text, &limit->percent))
        return true;
    limit->percent = NAN;
    return info->is_bytes ? ms_quantity_bytes(text, &limit->limit)
                          : ms_quantity_count(text, &limit->limit);
}

static const char *s_wanted(const struct ms_check_rule_info *info, enum ms_check_rule rule) {
    if (info->is_named)
        return "NAME=SIZE, as in 'struct session=4M'";
    if (rule == MS_CHECK_MAX_GROWTH)
        return "a percentage or a size, as in 5% or 1M";
    return info->is_bytes ? "a size, as in 64M or 1.5GiB" : "a whole number";
}

static bool s_add_limit(struct s_request *request, enum ms_check_rule rule, char *text) {
    const struct ms_check_rule_info *info = ms_check_rule_info(rule);
    request->limits =
        ms_cli_resize(request->limits, (request->limit_count + 1) * sizeof(*request->limits));
    struct ms_check_limit *limit = &request->limits[request->limit_count++];
    *limit = (struct ms_check_limit){.rule = rule};
    char *value = ms_cli_copy(text);
    bool is_read = s_read_limit(text, limit);
    if (!is_read)
        ms_cli_fail("check: --%s takes %s, not '%s'", info->id, s_wanted(info, rule), value);
    free(value);
    return is_read;
}

static bool s_has_growth(const struct s_request *request) {
    for (size_t i = 0; i < request->limit_count; i++) {
        if (request->limits[i].rule == MS_CHECK_MAX_GROWTH)
            return true;
    }
    return false;
}

static int s_check_request(const struct s_request *request) {
    if (request->limit_count == 0)
        return ms_cli_fail("check: no limit is given, such as --max-peak 64M; see `memscope help "
                           "check`");
    if (s_has_growth(request) && request->baseline == NULL)
        return ms_cli_fail("check: --max-growth needs the run that it is measured from: "
                           "--baseline OLD");
    if (!s_has_growth(request) && request->baseline != NULL)
        return ms_cli_fail("check: --baseline needs --max-growth, which says by how much the heap "
                           "may have grown");
    return MS_CLI_DONE;
}

static int s_read_request(int argc, char **argv, struct s_request *request) {
    int option;
    while ((option = ms_cli_option(&ms_command_check, argc, argv, ":hv", s_options)) != -1) {
        switch (option) {
        case 'b':
            request->baseline = optarg;
            break;
        case 's':
            request->sarif = optarg;
            break;
        case 'q':
            request->code_quality = optarg;
            break;
        case 'r':
            request->root = optarg;
            break;
        case 'g':
            request->is_github = true;
            break;
        case 'S':
            request->is_strict = true;
            break;
        case 'p':
            if (!ms_suppressions_read(&request->suppressions, optarg))
                return MS_CLI_USAGE;
            break;
        case 'v':
            request->is_verbose = true;
            break;
        case 'h':
            exit(ms_cli_help(&ms_command_check));
        default:
            if (ms_source_take_option(option, optarg))
                break;
            if (option < S_RULE_BASE || !s_add_limit(request, option - S_RULE_BASE, optarg))
                return MS_CLI_USAGE;
        }
    }
    return s_check_request(request);
}

/* ---- what is said ---- */

/* Results hang on the quality of the data: what is doubtful about it is said, whether or not a
 * limit is broken. */
static void s_say_doubts(const struct memscope_report *report, const char *whose) {
    const struct memscope_summary *summary = &report->summary;
    bool is_torn = summary->torn_blocks != 0 && summary->torn_blocks != MEMSCOPE_UNKNOWN;
    if (report->process.exit == MEMSCOPE_EXIT_RUNNING)
        ms_cli_note("check: %s still runs: its numbers are those of now", whose);
    if (report->process.exit == MEMSCOPE_EXIT_KILLED)
        ms_cli_note("check: %s was killed: its numbers are those of its end", whose);
    if (report->sampling.exact && summary->dropped_events == 0 && !is_torn)
        return;
    for (size_t i = 0; i < report->note_count; i++)
        ms_cli_note("check: %s: %s", whose, report->notes[i]);
}

static const char *s_heap_bytes(const struct memscope_report *report) {
    return report->sampling.heap_bytes != NULL ? report->sampling.heap_bytes : "requested";
}

static void s_say_difference(const struct memscope_report *report,
                             const struct memscope_report *baseline) {
    if (strcmp(s_heap_bytes(report), s_heap_bytes(baseline)) != 0)
        ms_cli_note(
            "check: the heap is counted in %s bytes, that of the baseline in %s bytes: their "
            "difference says less",
            s_heap_bytes(report), s_heap_bytes(baseline));
}

struct s_output {
    const struct ms_check_findings *findings;
    void (*write)(struct ms_writer *writer, const struct ms_check_findings *findings);
};

static enum ms_status s_fill(const void *data, ms_sink_fn *sink, void *sink_data) {
    const struct s_output *output = data;
    struct ms_writer *writer = ms_json_writer_new(sink, sink_data, MS_JSON_PRETTY);
    if (writer == NULL)
        return MS_NO_MEMORY;
    output->write(writer, output->findings);
    return writer->ops->finish(writer);
}

/* False after one line. */
static bool s_write(const struct s_output *output, const char *path) {
    if (path == NULL)
        return true;
    return ms_cli_written(path, ms_export_filled(s_fill, output, path)) == MS_CLI_DONE;
}

/* Those that fail, and the doubtful ones, which are only warnings unless the check is strict. */
static struct ms_check_findings s_select(const struct ms_check_results *results,
                                         const struct s_request *request,
                                         const struct memscope_report *report) {
    const struct ms_check_result **list = ms_cli_alloc(results->count * sizeof(*list));
    struct ms_check_findings findings = {list, 0, request->is_strict, request->root, report};
    for (size_t i = 0; i < results->count; i++) {
        const struct ms_check_result *result = &results->results[i];
        if (ms_check_fails(result, request->is_strict) || result->outcome == MS_CHECK_DOUBTFUL)
            list[findings.count++] = result;
    }
    return findings;
}

static void s_say_rest(const struct ms_check_results *results, const struct s_request *request) {
    for (size_t i = 0; i < results->count; i++) {
        const struct ms_check_result *result = &results->results[i];
        char *text = ms_check_text(result);
        if (result->outcome == MS_CHECK_NO_SUCH)
            ms_cli_note("check: %s: nothing to limit", text);
        else if (result->outcome == MS_CHECK_WITHIN && request->is_verbose)
            printf("ok: %s [%s]\n", text, ms_check_rule_info(result->limit->rule)->id);
        free(text);
    }
}

static int s_tell(const struct ms_check_results *results, const struct s_request *request,
                  const struct memscope_report *report) {
    struct ms_check_findings findings = s_select(results, request, report);
    struct s_output sarif = {&findings, ms_check_write_sarif};
    struct s_output code_quality = {&findings, ms_check_write_code_quality};
    int status = MS_CLI_DONE;
    ms_cli_begin_output();
    s_say_rest(results, request);
    for (size_t i = 0; i < findings.count; i++) {
        if (request->is_github)
            ms_check_print_github(&findings, findings.results[i]);
        else
            ms_check_print_line(&findings, findings.results[i]);
        if (ms_check_fails(findings.results[i], request->is_strict))
            status = MS_CLI_FINDINGS;
    }
    if (!s_write(&sarif, request->sarif) || !s_write(&code_quality, request->code_quality))
        status = MS_CLI_USAGE;
    free((void *)findings.results);
    return ms_cli_end_output(status);
}

/* ---- the command ---- */

static int s_check(struct s_request *request, struct memscope_report *report,
                   const struct memscope_report *baseline) {
    struct ms_check_results results = {NULL, 0, 0};
    struct ms_leak_rows leaks; /* those that `memscope leaks` shows */
    ms_leak_rows_init(&leaks, report, MS_LEAK_BY_ALL, false, &request->suppressions);
    report->leaks = leaks.all;
    report->leak_count = leaks.count;
    s_say_doubts(report, "the process");
    if (baseline != NULL) {
        s_say_doubts(baseline, "the baseline");
        s_say_difference(report, baseline);
    }
    enum ms_status status =
        ms_check_run(request->limits, request->limit_count, report, baseline, &results);
    int end = status == MS_OK ? s_tell(&results, request, report)
                              : ms_cli_fail("check: %s", ms_status_message(status));
    ms_check_results_fini(&results);
    ms_leak_rows_fini(&leaks);
    return end;
}

static int s_open_and_check(struct s_request *request, const char *file) {
    struct ms_source source, baseline = {0};
    if (!ms_source_open(&source, file, 0))
        return MS_CLI_USAGE;
    int status = MS_CLI_USAGE;
    if (request->baseline == NULL || ms_source_open(&baseline, request->baseline, 0))
        status = s_check(request, source.report, baseline.report);
    ms_source_close(&baseline);
    ms_source_close(&source);
    return status;
}

static int s_run(int argc, char **argv) {
    char directory[PATH_MAX];
    struct s_request request = {.root = "."};
    const char *file;
    int status = s_read_request(argc, argv, &request);
    if (status == MS_CLI_DONE && realpath(request.root, directory) == NULL)
        status = ms_cli_fail("check: --source-root %s: %s", request.root, strerror(errno));
    request.root = directory;
    if (status == MS_CLI_DONE && !ms_source_argument("check", argc, argv, &file))
        status = MS_CLI_USAGE;
    if (status == MS_CLI_DONE)
        status = s_open_and_check(&request, file);
    ms_suppressions_fini(&request.suppressions);
    free(request.limits);
    return status;
}

const struct ms_command ms_command_check = {
    .name = "check",
    .arguments = "LIMITS [OPTIONS] [FILE]",
    .summary = "hold a run against limits, for CI",
    .help =
        "Exits with 1 and prints one line for each limit that is broken, as compilers print "
        "errors:\n"
        "the place named is the largest behind it. Exits with 0 and prints nothing when all are "
        "kept.\n\n"
        "  --max-peak SIZE           of the heap; so are the next two\n"
        "  --max-live SIZE           live at the end (or now)\n"
        "  --max-total SIZE          allocated in all\n"
        "  --max-allocations N       blocks allocated in all\n"
        "  --max-leaks N             blocks that `memscope leaks` shows: never freed, and of a "
        "program\n"
        "                            that was run with --leaks, not reachable any more\n"
        "  --max-problems N          blocks freed twice, or by the wrong function\n"
        "  --max-padding SIZE        what padding wastes\n"
        "  --max-stack SIZE          peak of the annotated objects on stacks\n"
        "  --max-static SIZE         of the listed static objects\n"
        "  --max-type TYPE=SIZE      peak of a C type, as in 'struct session=4M'; TYPE may be a\n"
        "                            shell pattern: then each type it fits has that limit\n"
        "  --max-variable NAME=SIZE  peak of an annotated variable or member\n"
        "  --baseline OLD --max-growth P%|SIZE\n"
        "                            how much larger than in OLD the peak and what is live at the\n"
        "                            end may be\n\n"
        "  --strict                  what is estimated from samples breaks a limit that is within\n"
        "                            its error; without it, that is a warning\n"
        "  --suppressions FILE       leaks that are known, as of `memscope leaks`\n"
        "  --github                  print GitHub Actions' commands (::error file=...)\n"
        "  --sarif OUT               write SARIF 2.1.0 too\n"
        "  --code-quality OUT        write GitLab's code quality report too\n"
        "  --source-root DIR         files below DIR are named from there (default: the working\n"
        "                            directory)\n"
        "  -v, --verbose             print the limits that are kept, too\n\n" MS_SOURCE_HELP "\n"
        "K, M, G, T (KiB, ...) in SIZE are units of 1024; kB, MB, ... of 1000. TYPE and NAME may "
        "be\n"
        "given several times. A number that is not known breaks its limit.\n",
    .options = s_options,
    .run = s_run,
};
