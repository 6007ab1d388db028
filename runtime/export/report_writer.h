/* SPDX-License-Identifier: MIT */
/* The one walk of a report that the JSON, msgpack and HTML exporters share. */
#ifndef MS_EXPORT_REPORT_WRITER_H
#define MS_EXPORT_REPORT_WRITER_H

#include "export/writer.h"
#include "memscope/report.h"

/* Writes the stacks of REPORT as one value; given to ms_report_write by an exporter that wants them
 * in another form. */
typedef void ms_stacks_fn(struct ms_writer *writer, const struct memscope_report *report,
                          void *data);

/* Writes REPORT as one object with the keys of include/memscope/report.h. WRITE_STACKS may be NULL:
 * an array of objects, as for everything else. Errors are kept by the writer. */
void ms_report_write(struct ms_writer *writer, const struct memscope_report *report,
                     ms_stacks_fn *write_stacks, void *data);

/* The same with the COUNT members KEYS alone, behind schema and version. Keys that a report does
 * not have are left out. */
void ms_report_write_sections(struct ms_writer *writer, const struct memscope_report *report,
                              const char *const *keys, size_t count);

/* Writes the value of the member KEY alone; null when a report has no such member. */
void ms_report_write_value(struct ms_writer *writer, const struct memscope_report *report,
                           const char *key);

#endif
