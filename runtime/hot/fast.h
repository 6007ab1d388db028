/* SPDX-License-Identifier: MIT */
/*
 * The usual malloc, calloc, realloc and free (and claim, fast_claim.h), each as one straight line
 * that ends in the counters: what is recorded is what record.c records. Everything unusual (the
 * runtime or the thread is not ready, a block of 256 bytes or more, a new stack, another thread's
 * block, a peak) is seen before anything is changed, and left to malloc.c and record.c.
 *
 * To be used (hooks.c) only while each block is recorded, the monitor publishes the clock, the
 * allocator keeps its blocks 32 bytes apart and the block table lies in one piece.
 */
#ifndef MS_HOT_FAST_H
#define MS_HOT_FAST_H

#include <stdbool.h>
#include <stddef.h>

/* As ms_hook_malloc and so on. Without call stacks, and with those by frame pointers. */
void *ms_fast_malloc(size_t size);
void *ms_fast_malloc_frames(size_t size);
void *ms_fast_calloc(size_t count, size_t size);
void *ms_fast_calloc_frames(size_t count, size_t size);
void *ms_fast_realloc(void *address, size_t size);
void ms_fast_free(void *address);

/* The same where blocks are counted by their stack too (ms_recording.frees). */
void *ms_fast_realloc_by_stack(void *address, size_t size);
void ms_fast_free_by_stack(void *address);

/* Whether they may be used now. */
bool ms_fast_is_possible(void);

#endif
