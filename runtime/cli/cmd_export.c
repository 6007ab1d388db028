/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/extension.h"
#include "cli/source.h"
#include "export/export.h"
#include "model/model.h"

static char *s_add_names(char *names, const struct ms_exporter *exporters, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char *longer =
            ms_cli_format("%s%s%s", names, *names != '\0' ? ", " : "", exporters[i].name);
        free(names);
        names = longer;
    }
    return names;
}

static char *s_formats(void) {
    size_t count, loaded_count;
    const struct ms_exporter *exporters = ms_exporters(&count);
    const struct ms_exporter *loaded = ms_extension_exporters(&loaded_count);
    return s_add_names(s_add_names(ms_cli_copy(""), exporters, count), loaded, loaded_count);
}

static const struct ms_exporter *s_find(const char *name) {
    size_t count;
    const struct ms_exporter *loaded = ms_extension_exporters(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, loaded[i].name) == 0 || strcmp(name, loaded[i].extension) == 0)
            return &loaded[i];
    }
    return ms_exporter_find(name);
}

/* By the longest extension of OUTPUT that is known: that of a.b.pb.gz is pb.gz. */
static const struct ms_exporter *s_find_by_output(const char *output) {
    const struct ms_exporter *exporter = NULL;
    const char *slash = strrchr(output, '/');
    const char *dot = strchr(slash != NULL ? slash : output, '.');
    for (; exporter == NULL && dot != NULL; dot = strchr(dot + 1, '.'))
        exporter = s_find(dot + 1);
    return exporter;
}

/* By --format, else by the extension of OUTPUT; NULL after one line. */
static const struct ms_exporter *s_choose(const char *format, const char *output) {
    const struct ms_exporter *exporter = format != NULL   ? s_find(format)
                                         : output != NULL ? s_find_by_output(output)
                                                          : NULL;
    if (exporter != NULL)
        return exporter;
    char *formats = s_formats();
    if (format != NULL)
        ms_cli_fail("export: there is no format '%s' in this version; the formats are %s", format,
                    formats);
    else
        ms_cli_fail("export: say the format with --format; the formats are %s", formats);
    free(formats);
    return NULL;
}

/* json and msgpack, and those that the user has loaded. */
static bool s_takes_events(const struct ms_exporter *exporter) {
    size_t count;
    const struct ms_exporter *loaded = ms_extension_exporters(&count);
    if (strcmp(exporter->name, "json") == 0 || strcmp(exporter->name, "msgpack") == 0)
        return true;
    for (size_t i = 0; i < count; i++)
        if (exporter == &loaded[i])
            return true;
    return false;
}

/* An export that is read back has its events, wanted or not. */
static void s_choose_events(struct ms_source *source, bool wanted) {
    struct memscope_report *report = source->report;
    if (!wanted) {
        report->events = NULL;
        report->event_count = 0;
    } else if (report->events == NULL || report->summary.missing_events == MEMSCOPE_UNKNOWN) {
        ms_cli_note("no events were written down in %s: run the program with "
                    "MEMSCOPE_OPTIONS=events=N, or sampled",
                    source->path);
    }
}

static int s_export(const struct ms_exporter *exporter, const char *file, const char *output,
                    unsigned parts) {
    struct ms_source source;
    if (!ms_source_open(&source, file, parts))
        return MS_CLI_USAGE;
    if (!ms_findings_add(source.report)) {
        ms_source_close(&source);
        return MS_CLI_USAGE;
    }
    s_choose_events(&source, (parts & MS_REPORT_EVENTS) != 0);
    ms_cli_begin_output();
    int status = MS_CLI_DONE;
    enum ms_status written = ms_export_file(exporter, source.report, output);
    if (written != MS_OK)
        status = ms_cli_fail("cannot write %s: %s",
                             strcmp(output, "-") == 0 ? "to standard output" : output,
                             written == MS_IO ? strerror(errno) : ms_status_message(written));
    ms_source_close(&source);
    return ms_cli_end_output(status);
}

static int s_run(int argc, char **argv) {
    static const struct option s_options[] = {
        {"format", required_argument, NULL, 'f'},
        {"output", required_argument, NULL, 'o'},
        {"load", required_argument, NULL, 'l'},
        {"events", no_argument, NULL, 'e'},
        MS_SOURCE_OPTIONS,
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *file, *format = NULL, *output = NULL;
    unsigned parts = 0;
    int option;
    while ((option = ms_cli_option(&ms_command_export, argc, argv, ":f:o:h", s_options)) != -1) {
        if (option == 'h')
            return ms_cli_help(&ms_command_export);
        if (option == 'f')
            format = optarg;
        else if (option == 'o')
            output = optarg;
        else if (option == 'e')
            parts |= MS_REPORT_EVENTS;
        else if (ms_source_take_option(option, optarg))
            continue;
        else if (option != 'l' || !ms_extension_load(optarg))
            return MS_CLI_USAGE;
    }
    const struct ms_exporter *exporter = s_choose(format, output);
    if (exporter == NULL || !ms_source_argument("export", argc, argv, &file))
        return MS_CLI_USAGE;
    if (parts != 0 && !s_takes_events(exporter))
        return ms_cli_fail("export: %s has no events; --events is for json, msgpack and formats of "
                           "your own (--load)",
                           exporter->name);
    return s_export(exporter, file, output != NULL ? output : "-", parts);
}

#define S_FORMAT(name, extension, summary) "  " #name " (." extension "): " summary "\n"

const struct ms_command ms_command_export = {
    .name = "export",
    .arguments = "--format FORMAT [--events] [--load FILE.so] [-o OUT] [FILE]",
    .summary = "write a report for programs and for other tools",
    .help =
        "Writes the report of FILE in a format for programs, or for another tool.\n\n"
        "  -f, --format FORMAT  one of those below; left out, the extension of OUT tells\n"
        "  -o, --output OUT     where to; left out or -: standard output\n"
        "      --events         with events[]: the newest allocations and frees, one by one, as\n"
        "                       far as they were written down (`memscope help options`, events)\n"
        "      --load FILE.so   load exporters and analyzers of your own from a shared library\n"
        "                       (memscope/extension.h); may be given several times\n" MS_SOURCE_HELP
        "\nFormats, with the extension that picks them:\n"
#define X S_FORMAT
#include "export/exporters.def"
#undef X
    ,
    .run = s_run,
};
