/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/extension.h"
#include "cli/source.h"
#include "export/export.h"
#include "export/export_csv.h"
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

/* json, msgpack and the page, and those that the user has loaded. */
static bool s_takes_events(const struct ms_exporter *exporter) {
    size_t count;
    const struct ms_exporter *loaded = ms_extension_exporters(&count);
    if (strcmp(exporter->name, "json") == 0 || strcmp(exporter->name, "msgpack") == 0 ||
        strcmp(exporter->name, "html") == 0)
        return true;
    for (size_t i = 0; i < count; i++)
        if (exporter == &loaded[i])
            return true;
    return false;
}

/* A word of a list, as its index; -1 after one line that has all of them. */
static int s_read_word(const char *option, const char *text, const char *const *words,
                       size_t count) {
    char *all = ms_cli_copy("");
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, words[i]) == 0) {
            free(all);
            return (int)i;
        }
        char *longer = ms_cli_format("%s%s%s", all, i != 0 ? ", " : "", words[i]);
        free(all);
        all = longer;
    }
    ms_cli_fail("export: --%s takes one of %s, not '%s'", option, all, text);
    free(all);
    return -1;
}

static bool s_read_value(const char *text, struct ms_export_options *options) {
    static const char *const s_words[] = {
#define X(name, spelling, is_bytes, summary) spelling,
        MS_EXPORT_VALUES(X)
#undef X
    };
    int value = s_read_word("value", text, s_words, MS_EXPORT_VALUE_COUNT);
    options->value = value >= 0 ? (enum ms_export_value)value : MS_EXPORT_LIVE;
    return value >= 0;
}

static bool s_read_root(const char *text, struct ms_export_options *options) {
    static const char *const s_words[] = {
#define X(name, spelling) spelling,
        MS_EXPORT_ROOTS(X)
#undef X
    };
    int root = s_read_word("root", text, s_words, MS_EXPORT_ROOT_COUNT);
    options->root = root >= 0 ? (enum ms_export_root)root : MS_EXPORT_ROOT_NONE;
    return root >= 0;
}

static bool s_read_table(const char *text, struct ms_export_options *options) {
    const char *tables[64];
    size_t count = 0;
    while (count < sizeof(tables) / sizeof(tables[0]) && ms_csv_table(count) != NULL) {
        tables[count] = ms_csv_table(count);
        count++;
    }
    int table = s_read_word("table", text, tables, count);
    options->table = table >= 0 ? tables[table] : NULL;
    return table >= 0;
}

/* OPTION was given and FORMAT does not look at it. */
static bool s_refuse(const struct ms_exporter *exporter, const char *option) {
    ms_cli_fail("export: the format %s takes no --%s", exporter->name, option);
    return false;
}

static bool s_check_taken(const struct ms_exporter *exporter, unsigned given) {
    unsigned wrong = given & ~exporter->takes;
    if ((wrong & MS_EXPORT_TAKES_VALUE) != 0)
        return s_refuse(exporter, "value");
    if ((wrong & MS_EXPORT_TAKES_ROOT) != 0)
        return s_refuse(exporter, "root");
    return (wrong & MS_EXPORT_TAKES_TABLE) == 0 || s_refuse(exporter, "table");
}

static int s_export(const struct ms_exporter *exporter, const struct ms_export_options *options,
                    int argc, char **argv, const char *output, unsigned parts, bool redact) {
    struct ms_source source;
    if (!ms_source_open_to_write(&source, "export", argc, argv, parts, redact))
        return MS_CLI_USAGE;
    ms_cli_begin_output();
    int status = ms_cli_written(output, ms_export_file(exporter, source.report, options, output));
    ms_source_close(&source);
    return ms_cli_end_output(status);
}

static const struct option s_options[] = {
    {"format", required_argument, NULL, 'f'},
    {"output", required_argument, NULL, 'o'},
    {"value", required_argument, NULL, 'v'},
    {"root", required_argument, NULL, 'r'},
    {"table", required_argument, NULL, 't'},
    {"load", required_argument, NULL, 'l'},
    {"events", no_argument, NULL, 'e'},
    {"redact", no_argument, NULL, 'd'},
    MS_SOURCE_OPTIONS,
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int s_run(int argc, char **argv) {
    struct ms_export_options options = {0};
    const char *format = NULL, *output = NULL;
    unsigned parts = 0;
    unsigned given = 0;
    bool redact = false;
    int option;
    while ((option = ms_cli_option(&ms_command_export, argc, argv, ":f:o:h", s_options)) != -1) {
        bool fine = true;
        switch (option) {
        case 'h':
            return ms_cli_help(&ms_command_export);
        case 'f':
            format = optarg;
            break;
        case 'o':
            output = optarg;
            break;
        case 'v':
            given |= MS_EXPORT_TAKES_VALUE;
            fine = s_read_value(optarg, &options);
            break;
        case 'r':
            given |= MS_EXPORT_TAKES_ROOT;
            fine = s_read_root(optarg, &options);
            break;
        case 't':
            given |= MS_EXPORT_TAKES_TABLE;
            fine = s_read_table(optarg, &options);
            break;
        case 'e':
            parts |= MS_REPORT_EVENTS;
            break;
        case 'd':
            redact = true;
            break;
        case 'l':
            fine = ms_extension_load(optarg);
            break;
        default:
            fine = ms_source_take_option(option, optarg);
        }
        if (!fine)
            return MS_CLI_USAGE;
    }
    const struct ms_exporter *exporter = s_choose(format, output);
    if (exporter == NULL || !s_check_taken(exporter, given))
        return MS_CLI_USAGE;
    if (parts != 0 && !s_takes_events(exporter))
        return ms_cli_fail(
            "export: %s has no events; --events is for json, msgpack, html and formats "
            "of your own (--load)",
            exporter->name);
    return s_export(exporter, &options, argc, argv, output != NULL ? output : "-", parts, redact);
}

#define S_FORMAT(name, extension, takes, summary) "  " #name " (." extension "): " summary "\n"

const struct ms_command ms_command_export = {
    .name = "export",
    .arguments = "--format FORMAT [OPTIONS] [-o OUT] [FILE...]",
    .summary = "write a report for programs and for other tools",
    .help =
        "Writes the report of FILE in a format for programs, or for another tool. Several files\n"
        "are merged, as `memscope merge` does it.\n\n"
        "  -f, --format FORMAT  one of those below; left out, the extension of OUT tells\n"
        "  -o, --output OUT     where to; left out or -: standard output\n"
        "      --value VALUE    of folded: live (the default: bytes), live-count, total, count or\n"
        "                       peak\n"
        "      --root ROOT      of folded, massif and speedscope: none, type or variable, which\n"
        "                       stacks are put under\n"
        "      --table SECTION  of csv: sites (the default), types, variables, leaks, ...\n"
        "      --events         with events[]: the newest allocations and frees, one by one, as\n"
        "                       far as they were written down (`memscope help options`, events)\n"
        "      --redact         without command line, host and directories, to give it to others\n"
        "      --load FILE.so   load exporters and analyzers of your own from a shared library\n"
        "                       (memscope/extension.h); may be given several "
        "times\n\n" MS_SOURCE_HELP "\nFormats, with the extension that picks them:\n"
#define X S_FORMAT
#include "export/exporters.def"
#undef X
    ,
    .options = s_options,
    .run = s_run,
};
