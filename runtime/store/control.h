/* SPDX-License-Identifier: MIT */
/*
 * Requests to a running process from outside, through its journal's header (layout.h says how):
 * whoever may write the journal (0600: its owner and root) may ask, nobody is interrupted, and no
 * signal, port or debugger is needed. The monitor looks for one each 100 ms.
 */
#ifndef MS_STORE_CONTROL_H
#define MS_STORE_CONTROL_H

#include <stdbool.h>

#include "store/layout.h"

/* A copy: what is in the journal may change meanwhile. */
struct ms_control_request {
    enum ms_control command;
    uint64_t value;
    char text[MS_CONTROL_TEXT]; /* has a NUL, and nothing but NULs behind it */
};

/* Takes the request that there is: from here on it cannot be withdrawn, and ms_control_answer must
 * follow. False: there is none, or one that is not known, which is answered. One thread at a time.
 */
bool ms_control_take(struct ms_control_request *request);

/* What has come of the request that ms_control_take gave. */
void ms_control_answer(enum ms_control_result result);

/* In the child of a fork, whose journal is a copy: what the parent was asked for is not its. */
void ms_control_forked(void);

#endif
