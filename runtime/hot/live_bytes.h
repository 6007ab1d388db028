/* SPDX-License-Identifier: MIT */
/*
 * Live bytes of threads and of the process, and their peaks. A thread counts for itself what it
 * allocates and frees, and tells the process when that has changed by 32 KiB, so threads do not
 * wait for each other's counter; readers add what has not been told yet (thread_record.handed_in).
 *
 * Only the owner of THREAD calls these, while it is busy.
 */
#ifndef MS_HOT_LIVE_BYTES_H
#define MS_HOT_LIVE_BYTES_H

#include "hot/thread.h"

/* What the thread has allocated less what it has freed, whoever had made that. It is told to the
 * process when it is outside of thread->low..high. */
static inline int64_t ms_live_bytes_balance(const struct ms_thread_record *record) {
    return (int64_t)(record->alloc_bytes - record->free_bytes);
}

/* Tells the process, whose peak may grow; what makes that up is kept where it is due. */
void ms_live_bytes_tell(struct ms_thread *thread);

/* The same when the newest block is counted but not yet claimed: what makes up the peak is kept
 * with the thread's next block or free, when it is known what the block is. */
void ms_live_bytes_tell_early(struct ms_thread *thread);

/* Live bytes only grow from one free to the next: before something is freed, and only then, there
 * may be more of them than ever. To be called when the balance is above thread->peak. */
void ms_live_bytes_before_free(struct ms_thread *thread);

/* The live bytes of the process grow by CHANGE, and its peak perhaps. Any thread. */
void ms_live_bytes_add(int64_t change);

#endif
