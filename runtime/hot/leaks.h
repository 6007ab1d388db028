/* SPDX-License-Identifier: MIT */
/* The search for blocks that nothing points to (scan/scan.h), on behalf of this process. */
#ifndef MS_HOT_LEAKS_H
#define MS_HOT_LEAKS_H

#include <stdbool.h>

/* Searches; what has come of it is in the journal. BY_HELPER: the caller is the monitor's thread.
 * One line on standard error says so when nothing has. One thread at a time: a second one does
 * nothing. Async-signal-safe; needs a journal. */
void ms_leaks_scan(bool by_helper);

#endif
