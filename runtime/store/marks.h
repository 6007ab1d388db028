/* SPDX-License-Identifier: MIT */
/* Named moments on the timeline. */
#ifndef MS_STORE_MARKS_H
#define MS_STORE_MARKS_H

#include <stdbool.h>
#include <stdint.h>

/* More are counted as dropped: a mark in a loop shall not fill the journal. */
#define MS_MARK_LIMIT 65536u

/* THREAD, the index of its record (0: not known), is at the moment NAME now. False: no room, which
 * is counted. Takes the store lock. */
bool ms_marks_add(const char *name, uint32_t thread);

#endif
