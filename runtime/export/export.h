/* SPDX-License-Identifier: MIT */
/*
 * Writes a report in one of the formats of exporters.def. One file a format.
 *
 * The functions may run in any thread, one report at a time in each; they allocate with malloc and
 * do not print. They stream: memory does not grow with the report (but for html, by its stacks).
 */
#ifndef MS_EXPORT_EXPORT_H
#define MS_EXPORT_EXPORT_H

#include "base/status.h"
#include "export/writer.h"
#include "memscope/report.h"

/* Which number of a place or stack. X(NAME, "spelling", is it bytes, "summary") */
#define MS_EXPORT_VALUES(X)                                                                        \
    X(LIVE, "live", true, "live bytes")                                                            \
    X(LIVE_COUNT, "live-count", false, "live blocks")                                              \
    X(TOTAL, "total", true, "allocated bytes")                                                     \
    X(COUNT, "count", false, "allocations")                                                        \
    X(TEMPORARY, "temporary", false, "temporary allocations")                                      \
    X(PEAK, "peak", true, "bytes at the peak")

enum ms_export_value {
#define X(name, spelling, is_bytes, summary) MS_EXPORT_##name,
    MS_EXPORT_VALUES(X)
#undef X
        MS_EXPORT_VALUE_COUNT
};

/* What a call stack is put under. X(NAME, "spelling") */
#define MS_EXPORT_ROOTS(X)                                                                         \
    X(NONE, "none")                                                                                \
    X(TYPE, "type")                                                                                \
    X(VARIABLE, "variable")

enum ms_export_root {
#define X(name, spelling) MS_EXPORT_ROOT_##name,
    MS_EXPORT_ROOTS(X)
#undef X
        MS_EXPORT_ROOT_COUNT
};

/* What some formats can be asked for; zeros are the defaults. */
struct ms_editor_links;
struct ms_listings;
struct ms_export_options {
    enum ms_export_value value;
    enum ms_export_root root;
    const char *table; /* a section of the report; NULL: the format's own choice */
    /* pprof alone, for memscope serve: */
    bool is_snapshot; /* dated when it was taken, as Go's heap profiles are; `value` is what is
                         shown first */
    const struct memscope_report *before; /* of the same process: it is taken off; NULL: none */
    const struct ms_listings *listings;   /* of html: goes into the page; NULL: none */
    const char *live; /* of html, for memscope serve: the id of the process that the page follows;
                         NULL: it does not */
    const struct ms_editor_links *editor_links; /* of html: NULL: no choice, no paths */
};

/* Which of them a format looks at. */
#define MS_EXPORT_TAKES_VALUE 1u
#define MS_EXPORT_TAKES_ROOT  2u
#define MS_EXPORT_TAKES_TABLE 4u

typedef enum ms_status ms_export_fn(const struct memscope_report *report,
                                    const struct ms_export_options *options, ms_sink_fn *sink,
                                    void *sink_data);

struct memscope_exporter;

struct ms_exporter {
    const char *name;      /* as in `--format NAME` */
    const char *extension; /* without the dot */
    unsigned takes;        /* MS_EXPORT_TAKES_... */
    const char *summary;   /* for --help */
    ms_export_fn *write;
    const struct memscope_exporter *own; /* of the user's own, in place of `write`; NULL: none */
};

/* The functions behind the table: ms_export_json and so on. */
#define X(name, extension, takes, summary) ms_export_fn ms_export_##name;
#include "export/exporters.def"
#undef X

/* The table of all exporters, COUNT of them, in the order of exporters.def. */
const struct ms_exporter *ms_exporters(size_t *count);

/* The exporter of that name or that file extension; NULL: there is none. */
const struct ms_exporter *ms_exporter_find(const char *name_or_extension);

/* Writes REPORT to SINK by EXPORTER. OPTIONS: NULL for the defaults. */
enum ms_status ms_export_write(const struct ms_exporter *exporter,
                               const struct memscope_report *report,
                               const struct ms_export_options *options, ms_sink_fn *sink,
                               void *sink_data);

/* The report alone, as the element of a page of the dashboard has it. */
enum ms_status ms_export_page_report(const struct memscope_report *report, ms_sink_fn *sink,
                                     void *sink_data);

/* The same by an exporter of the user's own: MS_EXPORTER_FAILED when it says so, MS_NOTHING_WRITTEN
 * when SINK has got nothing. */
enum ms_status ms_export_own(const struct memscope_exporter *own,
                             const struct memscope_report *report, ms_sink_fn *sink,
                             void *sink_data);

/* Writes REPORT to PATH ("-": standard output) so that the file is whole or not there: into a new
 * file beside it (mode 0600), then renamed. A link stays, the file it leads to is replaced; a
 * device or pipe is written in place. errno tells more when the status is MS_IO. */
enum ms_status ms_export_file(const struct ms_exporter *exporter,
                              const struct memscope_report *report,
                              const struct ms_export_options *options, const char *path);

/* The same for anything that FILL writes to SINK. */
typedef enum ms_status ms_fill_fn(const void *data, ms_sink_fn *sink, void *sink_data);
enum ms_status ms_export_filled(ms_fill_fn *fill, const void *data, const char *path);

#endif
