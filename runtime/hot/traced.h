/* SPDX-License-Identifier: MIT */
/*
 * Every block is recorded as record.c does, and besides what happens to it is written down as an
 * event (store/events.h). In place of fast.c, chosen when the journal is opened (option `events`):
 * a program whose events nobody wants pays nothing for these.
 *
 * The event of an allocation has the time behind it, that of a free the time before it, so of two
 * blocks at one address the one is freed before the other is made. That of a realloc has the time
 * behind it.
 *
 * Functions are called in any thread and signal handler, as those of record.h are. What a handler
 * does while its thread is inside memscope is counted as an event that is missing.
 */
#ifndef MS_HOT_TRACED_H
#define MS_HOT_TRACED_H

#include <stddef.h>

#include "hot/record.h"
#include "memscope/report_rows.h"

/* As the functions of the same name; they must be jumped to (hooks.h). */
void *ms_traced_malloc(size_t size);
void *ms_traced_calloc(size_t count, size_t size);
void *ms_traced_realloc(void *address, size_t size);
void ms_traced_free(void *address);

/* ADDRESS, SIZE bytes as requested or NULL, was just allocated. Returns ADDRESS. */
void *ms_traced_allocation(void *address, size_t size, struct ms_call call);

/* realloc for a call that came from elsewhere. */
void *ms_traced_reallocation(void *address, size_t size, struct ms_call call);

/* That happens to the block of record ID, which is one (sampled blocks, too); FORMER is its address
 * before a realloc, else 0. The thread is busy. */
void ms_traced_note(struct ms_thread *thread, enum memscope_event_kind kind, uint32_t id,
                    uintptr_t former);

#endif
