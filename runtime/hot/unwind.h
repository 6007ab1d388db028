/* SPDX-License-Identifier: MIT */
/*
 * The call stack of the running thread by call frame information (call_frame.h): complete also
 * through code that keeps no frame pointers, as a distribution's programs and libraries. Each rule
 * is looked up once and then found in a cache of the thread, which makes a frame cost a few
 * nanoseconds; frame pointers (frames.h) cost less than one.
 *
 * No system call, no lock, no memory outside the thread's stack is read: each frame must lie higher
 * than the one before. AMD64 alone.
 *
 * A module that is opened where a closed one was may be read by the rules of that one: the frames
 * may be wrong then, nothing else.
 */
#ifndef MS_HOT_UNWIND_H
#define MS_HOT_UNWIND_H

#include <stdint.h>

#include "hot/record.h"

struct ms_thread;

/* Whether this machine's code can be unwound by it; elsewhere frame pointers are used. */
#ifdef __x86_64__
#    define MS_UNWIND_WORKS 1
#else
#    define MS_UNWIND_WORKS 0
#endif

/* As ms_frames_capture. */
uint32_t ms_unwind_capture(struct ms_thread *thread, struct ms_call call, uint32_t depth);

#endif
