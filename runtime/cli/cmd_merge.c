/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/merge_inputs.h"
#include "cli/shared_symbols.h"
#include "cli/source.h"
#include "cli/words.h"
#include "compare/merge.h"
#include "export/export.h"

struct s_request {
    struct ms_words files;
    const char *output;
    bool skip;
};

static const struct option s_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"tree", required_argument, NULL, 't'},
    {"files-from", required_argument, NULL, 'f'},
    {"skip-unreadable", no_argument, NULL, 'k'},
    {"help", no_argument, NULL, 'h'},
    MS_SOURCE_OPTIONS,
    {NULL, 0, NULL, 0},
};

static int s_read_request(int argc, char **argv, struct s_request *request) {
    int option;
    while ((option = ms_cli_option(&ms_command_merge, argc, argv, ":o:h", s_options)) != -1) {
        switch (option) {
        case 'o':
            request->output = optarg;
            break;
        case 't':
            if (!ms_merge_inputs_add_tree(&request->files, optarg))
                return MS_CLI_USAGE;
            break;
        case 'f':
            if (!ms_merge_inputs_add_list(&request->files, optarg))
                return MS_CLI_USAGE;
            break;
        case 'k':
            request->skip = true;
            break;
        case 'h':
            exit(ms_cli_help(&ms_command_merge));
        default:
            if (!ms_source_take_option(option, optarg))
                return MS_CLI_USAGE;
        }
    }
    for (int i = optind; i < argc; i++) {
        if (!ms_merge_inputs_add(&request->files, argv[i]))
            return MS_CLI_USAGE;
    }
    if (request->files.count == 0)
        return ms_cli_fail("merge: no file is given; see `memscope help merge`");
    if (request->output == NULL)
        return ms_cli_fail("merge: say where to with -o OUT.json or -o OUT.msgpack");
    return MS_CLI_DONE;
}

/* By the extension of OUTPUT; NULL after one line. Standard output gets JSON. */
static const struct ms_exporter *s_choose(const char *output) {
    const char *dot = strrchr(output, '.');
    const struct ms_exporter *exporter = strcmp(output, "-") == 0 ? ms_exporter_find("json")
                                         : dot != NULL && strchr(dot, '/') == NULL
                                             ? ms_exporter_find(dot + 1)
                                             : NULL;
    if (exporter == NULL)
        ms_cli_fail(
            "merge: the extension of '%s' names no format; use .json or .msgpack, which every "
            "command reads",
            output);
    return exporter;
}

static int s_write(const struct s_request *request, const struct ms_exporter *exporter,
                   struct ms_merge *merge) {
    const struct memscope_report *report;
    enum ms_status status = ms_merge_finish(merge, &report);
    if (status != MS_OK)
        return ms_cli_fail("merge: %s", ms_status_message(status));
    ms_cli_begin_output();
    return ms_cli_written(request->output, ms_export_file(exporter, report, NULL, request->output));
}

static int s_merge(const struct s_request *request) {
    const struct ms_exporter *exporter = s_choose(request->output);
    if (exporter == NULL)
        return MS_CLI_USAGE;
    struct ms_merge *merge = ms_merge_new();
    if (merge == NULL)
        return ms_cli_fail("out of memory");
    struct ms_shared_symbols *symbols = ms_shared_symbols_new();
    int status = ms_merge_inputs_read(&request->files, request->skip, symbols, merge);
    ms_shared_symbols_destroy(symbols);
    if (status == MS_CLI_DONE)
        status = s_write(request, exporter, merge);
    ms_merge_destroy(merge);
    return ms_cli_end_output(status);
}

static int s_run(int argc, char **argv) {
    struct s_request request = {.output = NULL};
    int status = s_read_request(argc, argv, &request);
    if (status == MS_CLI_DONE)
        status = s_merge(&request);
    ms_words_fini(&request.files);
    return status;
}

const struct ms_command ms_command_merge = {
    .name = "merge",
    .arguments = "[OPTIONS] FILE... -o OUT",
    .summary = "one report of many processes",
    .help =
        "Adds up the reports of many processes: of a tree of them, the ranks of a job, many\n"
        "hosts. OUT is a report that all commands read. FILE may be a directory: all journals\n"
        "and exports in it. Files are read one after the other; memory grows with what differs\n"
        "between them.\n\n"
        "  -o, --output OUT       .json, .msgpack or another format's extension; -: JSON to\n"
        "                         standard output\n"
        "      --tree PID         the journals, in the journal directory, of a process and all\n"
        "                         that it and its children have started; also by the program's\n"
        "                         name\n"
        "      --files-from LIST  a file with one FILE a line; -: standard input\n"
        "      --skip-unreadable  leave out what cannot be read, with a line for each and a\n"
        "                         note in the report\n\n" MS_SOURCE_HELP,
    .options = s_options,
    .run = s_run,
};
