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
#include "hot/thread.h"

/* Frames that are walked at most: their buffer lies on the stack of the program, which may be a
 * signal stack. */
#define MS_CAPTURE_LIMIT 128u

/* Where frame pointers of the calling thread may point to, found once a thread: the memory of its
 * stack, as /proc/self/maps says. Both 0: unknown. */
void ms_frames_find_stack(uintptr_t *low, uintptr_t *last);

/* The stack id of a call, with at most DEPTH frames (1 to MS_CAPTURE_LIMIT). 0: no room. Each frame
 * pointer must lie higher than the one before, the first one above our own. */
uint32_t ms_frames_capture(struct ms_thread *thread, struct ms_call call, uint32_t depth);

/* The hash of a stack, one frame at a time. */
static inline uint64_t ms_frames_mix(uint64_t hash, uintptr_t address) {
    hash ^= address;
    return (hash << 27 | hash >> 37) * UINT64_C(0x9E3779B97F4A7C15);
}

static inline struct ms_stack_entry *ms_frames_entry(struct ms_thread *thread, uint64_t hash) {
    return &thread->stacks[(hash >> 32) % MS_STACK_CACHE];
}

/* Walks at most DEPTH frames, *COUNT in the end; their hash. */
static inline __attribute__((always_inline)) uint64_t ms_frames_walk(const struct ms_thread *thread,
                                                                     struct ms_call call,
                                                                     uint32_t depth,
                                                                     uint32_t *count) {
    uint64_t hash = ms_frames_mix(0, call.return_address);
    uintptr_t low = (uintptr_t)__builtin_frame_address(0), last = thread->stack_last;
    uintptr_t frame = call.caller_frame;
    uint32_t left = depth - 1;
    if (MS_UNLIKELY(low < thread->stack_low || low > last))
        last = 0; /* another stack: a coroutine's, a signal's */
    while (frame > low && frame <= last && frame % sizeof(uintptr_t) == 0 && left != 0) {
        hash = ms_frames_mix(hash, ((const uintptr_t *)frame)[1]);
        left--;
        low = frame;
        frame = *(const uintptr_t *)frame;
    }
    *count = depth - left;
    return hash;
}

#endif
