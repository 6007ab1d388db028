/* SPDX-License-Identifier: MIT */
/*
 * The call stack of the running thread by its chain of frame pointers: no system call, no lock, no
 * memory outside the thread's stack is read. Where code keeps no frame pointers the chain skips
 * frames or ends; it is never guessed.
 */
#ifndef MS_HOT_FRAMES_H
#define MS_HOT_FRAMES_H

#include <stdint.h>

#include "hot/record.h"

/* Frames that are walked at most: their buffer lies on the stack of the program, which may be a
 * signal stack. */
#define MS_CAPTURE_LIMIT 128u

struct ms_thread;

/* Where frame pointers of the calling thread may point to, found once a thread: the memory of its
 * stack, as /proc/self/maps says. Both 0: unknown. */
void ms_frames_find_stack(uintptr_t *low, uintptr_t *last);

/* The stack id of a call, with at most DEPTH frames (1 to MS_CAPTURE_LIMIT). 0: no room. Each frame
 * pointer must lie higher than the one before, the first one above our own. */
uint32_t ms_frames_capture(struct ms_thread *thread, struct ms_call call, uint32_t depth);

#endif
