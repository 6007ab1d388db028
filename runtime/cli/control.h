/* SPDX-License-Identifier: MIT */
/* What a running process is asked to do, through its journal. */
#ifndef MS_CLI_CONTROL_H
#define MS_CLI_CONTROL_H

#include "store/layout.h"

/* Asks the process of the journal PATH for COMMAND, and waits at most PATIENCE_S seconds for it to
 * be done. MS_CLI_DONE, or MS_CLI_USAGE after one line that begins with NAME. */
int ms_control_reach(const char *path, enum ms_control command, const char *name,
                     unsigned patience_s);

#endif
