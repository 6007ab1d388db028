/* SPDX-License-Identifier: MIT */
/*
 * Requests to a running process from outside, through two words of its journal's header: whoever
 * may write the journal (0600: its owner and root) may ask, nobody is interrupted, and no signal,
 * port or debugger is needed. The monitor looks at them each 100 ms.
 */
#ifndef MS_STORE_CONTROL_H
#define MS_STORE_CONTROL_H

#include <stdint.h>

#include "store/layout.h"

/* What was asked for since the last call; MS_CONTROL_NONE: nothing, or nothing that is known. One
 * thread at a time. */
enum ms_control ms_control_take(void);

/* What the last call of ms_control_take gave has been done. */
void ms_control_answer(void);

#endif
