/* SPDX-License-Identifier: MIT */
/*
 * The call stack of the running thread by its chain of frame pointers: no system call, no lock, no
 * memory outside the thread's stack is read. Where code keeps no frame pointers the chain skips
 * frames or ends; it is never guessed.
 */
#ifndef MS_HOT_FRAMES_H
#define MS_HOT_FRAMES_H

#include <stdint.h>

/* Frames that are walked at most: their buffer lies on the stack of the program, which may be a
 * signal stack. */
#define MS_CAPTURE_LIMIT 128u

struct ms_thread;

/* Where the calling thread's stack lies, found once a thread: reads /proc/self/maps. Both 0:
 * unknown. */
void ms_frames_find_stack(uintptr_t *low, uintptr_t *high);

/*
 * The stack id of a call: RETURN_ADDRESS is its innermost frame, FRAME the frame pointer of the
 * function that was called. At most DEPTH frames. 0: no room.
 */
uint32_t ms_frames_capture(struct ms_thread *thread, uintptr_t return_address, uintptr_t frame,
                           uint32_t depth);

#endif
