/* SPDX-License-Identifier: MIT */
/* What a limit's result says to people, and where. Strings are for the caller to free. */
#ifndef MS_CLI_CHECK_TEXT_H
#define MS_CLI_CHECK_TEXT_H

#include "compare/check.h"

/* One sentence without a full stop: "the peak of the heap is 70.1 MiB, 6.10 MiB over the limit of
 * 64.0 MiB; most of it: struct session (cache) in session_new, 40.2 MiB". */
char *ms_check_text(const struct ms_check_result *result);

/* The file of RESULT's place as seen from ROOT, an absolute path: relative where it lies below it.
 * NULL: no file is known. */
char *ms_check_file(const struct ms_check_result *result, const char *root);

#endif
