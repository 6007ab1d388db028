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

/* The same, for a caller that knows that libc is ready, as a constructor does. */
bool ms_lifecycle_begin(void);

/* Code at ADDRESS was compiled with memscope, so with frame pointers: when it is the program's own,
 * they are followed from here on, where the options do not say otherwise. */
void ms_lifecycle_compiled(const void *address);

/* Whether a new block is to be recorded, while ms_recording.blocks does not say so. */
bool ms_lifecycle_ask(void);

/* Whether new blocks are recorded from here on. Without effect where there is no journal. */
void ms_lifecycle_switch(bool on);

/* A thread has its first block: the first of all starts the monitor. A program that has its blocks
 * from elsewhere has no second thread from us. */
void ms_lifecycle_attached(void);

/* The monitor runs from here on, whatever the options say. */
void ms_lifecycle_monitor(void);

/* Called when exit() has run the program's handlers and the journal is finished; NULL: nothing is.
 * Synchronization: atomic */
extern void (*ms_lifecycle_at_end)(void);

#endif
