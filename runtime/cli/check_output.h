/* SPDX-License-Identifier: MIT */
/* The results of a check in the forms that CI services read. */
#ifndef MS_CLI_CHECK_OUTPUT_H
#define MS_CLI_CHECK_OUTPUT_H

#include <stddef.h>

#include "compare/check.h"
#include "export/writer.h"

struct ms_check_findings {
    const struct ms_check_result *const *results; /* those that are told of */
    size_t count;
    bool is_strict;   /* doubtful ones are errors */
    const char *root; /* an absolute path that files are named from */
    const struct memscope_report *report;
};

/* Whether RESULT makes the check fail. */
bool ms_check_fails(const struct ms_check_result *result, bool is_strict);

/* SARIF 2.1.0. Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0 */
void ms_check_write_sarif(struct ms_writer *writer, const struct ms_check_findings *findings);

/* GitLab's code quality report. Source: https://docs.gitlab.com/ci/testing/code_quality */
void ms_check_write_code_quality(struct ms_writer *writer,
                                 const struct ms_check_findings *findings);

/* A line for people, or a command of GitHub Actions, to standard output. */
void ms_check_print_line(const struct ms_check_findings *findings,
                         const struct ms_check_result *result);
void ms_check_print_github(const struct ms_check_findings *findings,
                           const struct ms_check_result *result);

#endif
