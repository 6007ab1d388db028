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

/* What was walked is of another stack, which may be gone: THREAD is another thread's now. */
void ms_frames_forget(struct ms_thread *thread);

/* The hash of a stack, one frame at a time. */
static inline uint64_t ms_frames_mix(uint64_t hash, uintptr_t address) {
    hash ^= address;
    return (hash << 27 | hash >> 37) * UINT64_C(0x9E3779B97F4A7C15);
}

static inline struct ms_stack_entry *ms_frames_entry(struct ms_thread *thread, uint64_t hash) {
    return &thread->stacks[(hash >> 32) % MS_STACK_CACHE];
}

/* Where the last walk is that began like CALL's, whose caller has a frame: the one above it makes
 * the difference where many call a function that allocates. */
static inline struct ms_walk *ms_frames_walk_of(struct ms_thread *thread, struct ms_call call) {
    uintptr_t above = ((const uintptr_t *)call.caller_frame)[1];
    uint64_t hash =
        (call.return_address ^ above ^ call.caller_frame << 20) * UINT64_C(0x9E3779B97F4A7C15);
    static_assert(MS_WALK_CACHE == 1u << (64 - 58), "as many as the hash tells apart");
    return &thread->walks[hash >> 58];
}

/* The stack id of CALL where the stack holds what it held when it was walked last, else 0. A walk
 * goes from frame to frame; this looks at all of them at once, because it knows where they lie. */
static inline __attribute__((always_inline)) uint32_t ms_frames_known(struct ms_thread *thread,
                                                                      struct ms_call call) {
    typedef uint64_t s_words __attribute__((vector_size(16), may_alias));
    typedef s_words s_loose_words __attribute__((aligned(8)));
    uintptr_t own = (uintptr_t)__builtin_frame_address(0), frame = call.caller_frame;
    uintptr_t low = thread->stack_low, last = thread->stack_last;
    /* Both lie in this stack, and not in a coroutine's or a signal's: low <= own < frame <= last.
     */
    if (MS_UNLIKELY(own - low >= frame - low) || MS_UNLIKELY(frame - low > last - low) ||
        MS_UNLIKELY(frame % sizeof(uintptr_t) != 0))
        return 0;
    const struct ms_walk *walk = ms_frames_walk_of(thread, call);
    if (MS_UNLIKELY(walk->return_address != call.return_address) ||
        MS_UNLIKELY(walk->at[0] != frame))
        return 0;
    s_words differs = {0, 0};
    uint32_t i = 0;
    do {
#pragma GCC unroll 4
        for (uint32_t j = 0; j < MS_WALK_STEP; j++)
            differs |= *(const s_loose_words *)walk->at[i + j] ^
                       *(const s_words *)(const void *)&walk->frames[i + j];
        i += MS_WALK_STEP;
    } while (i != walk->count);
    return MS_LIKELY((differs[0] | differs[1]) == 0) ? walk->stack : 0;
}

/* The same, and where it is not known it is walked; 0: no room. */
static inline __attribute__((always_inline)) uint32_t
ms_frames_stack(struct ms_thread *thread, struct ms_call call, uint32_t depth) {
    uint32_t id = ms_frames_known(thread, call);
    return MS_LIKELY(id != 0) ? id : ms_frames_capture(thread, call, depth);
}

#endif
