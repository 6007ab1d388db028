/* SPDX-License-Identifier: MIT */
/* What the process says about itself: asked once, when its journal is opened. */
#ifndef MS_HOT_IDENTITY_H
#define MS_HOT_IDENTITY_H

#include <stdint.h>

#include "store/store.h"

struct ms_identity {
    char executable[1024]; /* path; "unknown" when it cannot be read */
    char command[4096];    /* arguments, NUL-terminated each; cut when longer */
    char host[65];
    struct ms_store_identity store; /* points into the fields above */
};

void ms_identity_read(struct ms_identity *identity);

/* The part of the executable's path behind the last slash. */
const char *ms_identity_program(const struct ms_identity *identity);

/* When the process was started, in clock ticks since boot: field 22 of /proc/self/stat. 0: unknown.
 */
uint64_t ms_identity_start_ticks(void);

#endif
