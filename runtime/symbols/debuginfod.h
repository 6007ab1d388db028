/* SPDX-License-Identifier: MIT */
/*
 * Debug information from a server, by build id, where the variable DEBUGINFOD_URLS names one. The
 * distribution's library asks and keeps what comes; it is loaded when it is first needed.
 */
#ifndef MS_SYMBOLS_DEBUGINFOD_H
#define MS_SYMBOLS_DEBUGINFOD_H

#include <stdbool.h>
#include <stddef.h>

#include "symbols/text_pool.h"

/* Whether there is somebody to ask: the variable is set, and no server has failed to answer. */
bool ms_debuginfod_is_there(void);

/* The path of the file with the debug information of BUILD_ID; NULL: no server has it. It waits as
 * long as bytes come; where none comes for DEBUGINFOD_TIMEOUT seconds, or 20, or something else is
 * wrong, *WHY says so (else it is NULL) and nobody is asked again. Both are POOL's. */
const char *ms_debuginfod_find(struct ms_pool *pool, const unsigned char *build_id, size_t size,
                               const char **why);

#endif
