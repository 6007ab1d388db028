/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/journal_dir.h"
#include "cli/cli.h"
#include "cli/editor_paths.h"
#include "cli/extension.h"
#include "cli/listing_reader.h"
#include "cli/named_files.h"
#include "cli/place_finder.h"
#include "cli/source.h"
#include "export/export.h"
#include "model/model.h"

/* The journal's name with .html for .mscope, in the working directory. */
static char *s_default_output(const char *journal) {
    const char *slash = strrchr(journal, '/');
    const char *name = slash != NULL ? slash + 1 : journal;
    size_t length = strlen(name), extension = strlen(MS_JOURNAL_DIR_EXTENSION);
    if (length > extension && strcmp(name + length - extension, MS_JOURNAL_DIR_EXTENSION) == 0)
        length -= extension;
    return ms_cli_format("%.*s.html", (int)length, name);
}

struct s_request {
    int argc; /* the files are behind the options */
    char **argv;
    const char *output;
    unsigned parts; /* of ms_report_new */
    bool redact, sources;
    const char *folders; /* where sources are, too; NULL: none */
    const char *editor;  /* a name or template; NULL: none */
};

/* What the page has beside the report: where files are, and what is in them. */
struct s_files {
    struct ms_named_files *named;
    struct ms_place_finder *places;
    struct ms_editor_paths *editor;
    struct ms_listing_reader *listings;
};

static void s_read_files(struct s_files *files, const struct s_request *request,
                         const struct ms_source *source, struct ms_export_options *options) {
    files->named = ms_named_files_new(source->report);
    files->places = ms_place_finder_new(source, request->folders);
    files->editor = ms_editor_paths_new(files->named, files->places, request->editor);
    options->editor_links = ms_editor_paths_links(files->editor);
    if (request->sources) {
        files->listings = ms_listing_reader_new(source->report, files->named, files->places);
        options->listings = ms_listing_reader_listings(files->listings);
    }
}

static void s_close_files(struct s_files *files) {
    ms_listing_reader_destroy(files->listings);
    ms_editor_paths_destroy(files->editor);
    ms_place_finder_destroy(files->places);
    ms_named_files_destroy(files->named);
}

static int s_report(const struct s_request *request) {
    struct ms_source source;
    struct s_files files = {0};
    struct ms_export_options options = {0};
    if (!ms_source_open_to_write(&source, "report", request->argc, request->argv, request->parts,
                                 request->redact))
        return MS_CLI_USAGE;
    if (!request->redact)
        s_read_files(&files, request, &source, &options);
    char *path =
        request->output != NULL ? ms_cli_copy(request->output) : s_default_output(source.path);
    ms_cli_begin_output();
    int status = ms_cli_written(
        path, ms_export_file(ms_exporter_find("html"), source.report, &options, path));
    if (status == MS_CLI_DONE && strcmp(path, "-") != 0)
        puts(path);
    free(path);
    s_close_files(&files);
    ms_source_close(&source);
    return ms_cli_end_output(status);
}

static const struct option s_options[] = {
    {"output", required_argument, NULL, 'o'}, {"load", required_argument, NULL, 'l'},
    {"events", no_argument, NULL, 'e'},       {"redact", no_argument, NULL, 'd'},
    {"sources", no_argument, NULL, 's'},      {"source-dir", required_argument, NULL, 'i'},
    {"editor", required_argument, NULL, 'E'}, MS_SOURCE_OPTIONS,
    {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
};

static int s_run(int argc, char **argv) {
    struct s_request request = {.argc = argc, .argv = argv};
    int option;
    while ((option = ms_cli_option(&ms_command_report, argc, argv, ":o:h", s_options)) != -1) {
        if (option == 'h')
            return ms_cli_help(&ms_command_report);
        if (option == 'o')
            request.output = optarg;
        else if (option == 'e')
            request.parts |= MS_REPORT_EVENTS;
        else if (option == 'd')
            request.redact = true;
        else if (option == 's')
            request.sources = true;
        else if (option == 'i') {
            request.sources = true;
            request.folders = optarg;
        } else if (option == 'E') {
            const char *refusal = ms_editor_refusal(optarg);
            if (refusal != NULL)
                return ms_cli_fail("report: --editor %s %s", optarg, refusal);
            request.editor = optarg;
        } else if (ms_source_take_option(option, optarg))
            continue;
        else if (option != 'l' || !ms_extension_load(optarg))
            return MS_CLI_USAGE;
    }
    if (request.sources && request.redact)
        return ms_cli_fail("report: --redact takes out what --sources puts in; give one of them");
    if (request.editor != NULL && request.redact)
        return ms_cli_fail("report: --redact takes out the paths that --editor opens; give one of "
                           "them");
    return s_report(&request);
}

const struct ms_command ms_command_report = {
    .name = "report",
    .arguments = "[-o OUT.html] [FILE...]",
    .summary = "write the dashboard: one HTML page",
    .help =
        "Writes the report of FILE as one HTML page that needs no network and no server, and\n"
        "prints its path. Several files are merged, as `memscope merge` does it.\n\n"
        "  -o, --output OUT  the page; left out, the journal's name with .html, in the working\n"
        "                    directory; -: standard output\n"
        "      --events      with the newest allocations and frees, one by one, as far as they "
        "were\n"
        "                    written down (`memscope help options`, events)\n"
        "      --redact      without command line, host and directories, to give it to others\n"
        "      --sources     with the text of the source files that hold memory, 64 at most (C\n"
        "                    and C++), where they are still there\n"
        "      --source-dir DIR[:DIR]\n"
        "                    the same; looks for them below DIR first\n"
        "      --editor NAME|TEMPLATE\n"
        "                    places open in that editor: vscode, vscodium, cursor, zed, clion, "
        "idea,\n"
        "                    emacs, vim, sublime, none, or an address with {file}, {line} and\n"
        "                    {column} in it. The reader of the page can choose another\n"
        "      --load FILE.so\n"
        "                    load analyzers of your own from a shared library\n"
        "                    (memscope/extension.h); may be given several times\n\n" MS_SOURCE_HELP,
    .options = s_options,
    .run = s_run,
};
