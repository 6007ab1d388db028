/* SPDX-License-Identifier: MIT */
/*
 * Blocks of allocators of the program's own. What such an allocator hands out is one of these:
 *
 *   - a block of malloc's, where it only wraps malloc: it gets the type and the variable of the
 * call;
 *   - a piece of a block of malloc's (a slab, an arena), or of memory of another origin (mmap, a
 *     static array): a pooled block, with a record of its own (struct ms_pooled_block).
 *
 * A pooled block ends when it is given back, when the block that it lies in ends, when its pool is
 * given back, and when its memory is handed out again: so an arena may be reset without a word.
 * Pooled blocks may lie in pooled blocks.
 *
 * A program without pooled blocks pays nothing: its calls of free and realloc come here only from
 * the first one on (hooks.h).
 *
 * One lock, taken while the thread is busy (record.h), so that a signal handler never waits for its
 * own thread; the store lock may be taken inside, never the other way round. Any thread and signal
 * handler; keeps errno, never fails the program.
 */
#ifndef MS_HOT_POOLS_H
#define MS_HOT_POOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hot/record.h"

/* Whether there was a pooled block yet. */
extern bool ms_pools_used;

/* An allocator has handed out BLOCK from POOL (NULL: not known) to the place in the program that
 * CLAIM tells, with the size that was asked for. TYPED: its site knows the type. True: it is a
 * block of malloc's, or most of one. */
bool ms_pools_allocated(const struct ms_claim *claim, bool typed, const void *block,
                        const void *pool, struct ms_call call);

/* An allocator is about to return BLOCK, to somebody who may not tell: it was not freed any more.
 */
void ms_pools_returned(const void *block);

/* BLOCK, or all that came from it, is given back at SITE (0: not known where). */
void ms_pools_released(uint32_t site, const void *block, struct ms_call call);

/* CLAIM tells the type of BLOCK, which was handed out last in this thread. False: that is no pooled
 * block.
 */
bool ms_pools_claim(const struct ms_claim *claim, const void *block);

/* ADDRESS, which malloc gave, is about to be freed or reallocated: what lies in that block ends. */
void ms_pools_end_inside(const void *address);

/* The site that has made the pooled block at ADDRESS; 0: there is none. THREAD is busy. */
uint32_t ms_pools_site(const struct ms_thread *thread, const void *address);

/* Around a fork. */
void ms_pools_before_fork(void);
void ms_pools_after_fork(void);

#endif
