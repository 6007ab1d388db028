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

typedef enum ms_status ms_export_fn(const struct memscope_report *report, ms_sink_fn *sink,
                                    void *sink_data);

struct memscope_exporter;

struct ms_exporter {
    const char *name;      /* as in `--format NAME` */
    const char *extension; /* without the dot */
    const char *summary;   /* for --help */
    ms_export_fn *write;
    const struct memscope_exporter *own; /* of the user's own, in place of `write`; NULL: none */
};

/* The functions behind the table: ms_export_json and so on. */
#define X(name, extension, summary) ms_export_fn ms_export_##name;
#include "export/exporters.def"
#undef X

/* The table of all exporters, COUNT of them, in the order of exporters.def. */
const struct ms_exporter *ms_exporters(size_t *count);

/* The exporter of that name or that file extension; NULL: there is none. */
const struct ms_exporter *ms_exporter_find(const char *name_or_extension);

/* Writes REPORT to SINK by EXPORTER. */
enum ms_status ms_export_write(const struct ms_exporter *exporter,
                               const struct memscope_report *report, ms_sink_fn *sink,
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
                              const struct memscope_report *report, const char *path);

/* The same for anything that FILL writes to SINK. */
typedef enum ms_status ms_fill_fn(const void *data, ms_sink_fn *sink, void *sink_data);
enum ms_status ms_export_filled(ms_fill_fn *fill, const void *data, const char *path);

#endif
