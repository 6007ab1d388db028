/* SPDX-License-Identifier: MIT */
/* Reports of built journals, and checks of them. */
#ifndef REPORT_CHECK_H
#define REPORT_CHECK_H

#include <stdbool.h>

#include "journal_builder.h"
#include "memscope/report.h"

/* The report of the journal PATH; NULL: a status other than MS_OK. Freed with ms_report_destroy. */
struct memscope_report *report_of_file(const char *path, const struct memscope_resolver *resolver);

/* The same of BUILDER's journal, written to PATH. Ends BUILDER. */
struct memscope_report *report_of_builder(const char *path, struct journal_builder *builder,
                                          const struct memscope_resolver *resolver);

/* A CUnit assertion that takes NULLs and says what it got. */
void check_same(const char *got, const char *wanted);

/* What holds of every report: all strings are valid UTF-8, peaks are not less than what is live,
 * lists are sorted, ids of stacks are there. Says what does not. */
bool report_is_sound(const struct memscope_report *report);

#endif
