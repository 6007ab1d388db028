/* SPDX-License-Identifier: MIT */
/*
 * From the first allocation to the end of the process: options, journal, monitor, fork, exit.
 */
#ifndef MS_HOT_LIFECYCLE_H
#define MS_HOT_LIFECYCLE_H

#include <stdbool.h>

/*
 * Whether a journal is being written; opens it when this is the first call that can. False as well
 * while another call is opening it, before libc has set up the environment, and for good when
 * recording is off or the journal cannot be made (one line on standard error says so).
 */
bool ms_lifecycle_ready(void);

#endif
