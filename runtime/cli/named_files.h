/* SPDX-License-Identifier: MIT */
/* The files that a report names: where its sites are, and the frames of its call stacks. */
#ifndef MS_CLI_NAMED_FILES_H
#define MS_CLI_NAMED_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memscope/report.h"

struct ms_named_file {
    const char *name;
    uint64_t bytes;       /* of what is made there */
    bool has_sites;       /* else only frames of call stacks are there */
    unsigned char *lines; /* a bit for each line that is named */
    size_t line_bytes;
};

struct ms_named_files;

/* Points into REPORT no longer than this takes. */
struct ms_named_files *ms_named_files_new(const struct memscope_report *report);
void ms_named_files_destroy(struct ms_named_files *files);

/* COUNT of them, those with the most bytes first; they live as long as FILES. */
const struct ms_named_file *ms_named_files_list(const struct ms_named_files *files, size_t *count);

/* Whether the report names that line. */
bool ms_named_file_has_line(const struct ms_named_file *file, uint64_t line);

/* Whether NAME is that of a source in C or C++, or of what is made into one. */
bool ms_named_file_is_source(const char *name);

#endif
