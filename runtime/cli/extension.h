/* SPDX-License-Identifier: MIT */
/* The shared libraries that were named with --load, and what they have registered. They stay loaded
 * to the end of the program. */
#ifndef MS_CLI_EXTENSION_H
#define MS_CLI_EXTENSION_H

#include <stdbool.h>
#include <stddef.h>

struct ms_exporter;
struct memscope_analyzer;
struct memscope_report;

/* Loads the library at PATH, a path also without a slash. False after one line that says what is
 * wrong with it. */
bool ms_extension_load(const char *path);

/* What has been registered so far, COUNT of them. */
const struct ms_exporter *ms_extension_exporters(size_t *count);
const struct memscope_analyzer *ms_extension_analyzers(size_t *count);

/* Runs all analyzers over REPORT, which gets their findings. False after one line. */
bool ms_findings_add(struct memscope_report *report);

#endif
