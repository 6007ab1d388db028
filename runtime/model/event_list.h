/* SPDX-License-Identifier: MIT */
/*
 * Events out of the rings of a journal, in one list: for readers of a file, and for the process
 * itself. Any thread; nothing is allocated.
 */
#ifndef MS_MODEL_EVENT_LIST_H
#define MS_MODEL_EVENT_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "memscope/report_rows.h"
#include "store/layout.h"

/* The whole event at RECORD; false: there is none, or it is being written. */
bool ms_event_list_copy(const struct ms_event *record, struct ms_event *event);

/* EVENT, done by thread THREAD_ID, as reports have it; no site and stack 0 are not known. */
void ms_event_list_fill(const struct ms_event *event, uint64_t thread_id,
                        struct memscope_event *out);

/* Gives the site and the stack of an allocation to the free of the same block, and the other way,
 * where only one has them; then sorts by time. */
void ms_event_list_finish(struct ms_event *events, size_t count);

#endif
