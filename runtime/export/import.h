/* SPDX-License-Identifier: MIT */
/* A report out of a file that the json or msgpack exporter has written. */
#ifndef MS_EXPORT_IMPORT_H
#define MS_EXPORT_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "memscope/report.h"

#define MS_IMPORT_WHY_BYTES 256u

/* Whether the file at PATH looks like one: whether it begins as a JSON object or as a map of
 * msgpack does, and has the key "schema" in its first bytes. False where it cannot be read. A
 * journal never looks like one. */
bool ms_import_is_export(const char *path);

/* Reads the report at PATH into OUT, to be freed with ms_report_destroy. What it says is checked
 * as far as its form goes, not whether its sums are right. Needs memory in proportion to the file.
 * Otherwise WHY is what is wrong, "" where the status says it all; errno tells more on MS_IO. */
enum ms_status ms_import_file(const char *path, struct memscope_report **out,
                              char why[MS_IMPORT_WHY_BYTES]);

/* The same for a document in memory. */
enum ms_status ms_import_bytes(const unsigned char *bytes, size_t size,
                               struct memscope_report **out, char why[MS_IMPORT_WHY_BYTES]);

#endif
