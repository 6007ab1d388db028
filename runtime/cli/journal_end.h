/* SPDX-License-Identifier: MIT */
/* What the measured process could not write into its journal itself: that a signal or _exit() ended
 * it. */
#ifndef MS_CLI_JOURNAL_END_H
#define MS_CLI_JOURNAL_END_H

#include <stdint.h>

#include "cli/process.h"

/* Finds the journals that the process of END has written since STARTED_NS (since the epoch) under
 * the absolute name PATTERN (as ms_journal_dir_expand takes it; a program that called exec has
 * several), and writes END into those that lack it. Returns the path of the newest for the caller
 * to free, NULL when there is none. */
char *ms_journal_end_write(const char *pattern, const struct ms_process_end *end,
                           uint64_t started_ns);

#endif
