/* SPDX-License-Identifier: MIT */
/*
 * Thread records. A record is taken by a thread's first allocation and closed when the thread is
 * found to be gone; nothing runs in the thread when it ends, so destructors of thread-local data
 * that allocate late need no care. The shard of an ended thread (its counters, free block records,
 * caches) goes to the next new thread.
 */
#ifndef MS_STORE_THREADS_H
#define MS_STORE_THREADS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/layout.h"

#define MS_THREAD_LIMIT UINT32_C(65536) /* an index fits 16 bits */

/* A new record for the calling thread. *SHARD is one that an ended thread has left, or a new
 * number, one more than the largest so far. NULL: no room. Takes the store lock. */
struct ms_thread_record *ms_threads_register(uint32_t *index, uint32_t *shard);

/* The record of an index, which some live block had. */
struct ms_thread_record *ms_threads_record(uint32_t index);

/* Closes the records of threads that are gone and reads the names of the others. Any thread. */
void ms_threads_sweep(void);

/* Under the store lock: heap bytes that are live, each thread's at some moment during the call. */
uint64_t ms_threads_live_bytes(void);

/* In the child of a fork, lock held: only the calling thread (its record is OWN, may be NULL) is
 * left. */
void ms_threads_forked(struct ms_thread_record *own);

#endif
