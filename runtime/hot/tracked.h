/* SPDX-License-Identifier: MIT */
/*
 * What MEMSCOPE_TRACK does to the records: a block is counted at the site of the variable from then
 * on, and the variable owns it. A block that was made for an annotated variable stays counted at
 * that one's site.
 *
 * Any thread; not from signal handlers. They do not allocate or change errno.
 */
#ifndef MS_HOT_TRACKED_H
#define MS_HOT_TRACKED_H

#include <stdbool.h>
#include <stdint.h>

#include "hot/record.h"

/* Whether new blocks are recorded now. */
bool ms_tracked_wanted(void);

/* Whether a live block starts at VALUE whose record is there. *TYPED_BY is the site that says what
 * it is, 0: nothing is known. */
bool ms_tracked_find(const void *value, uint32_t *typed_by);

/* The variable of SITE (kind TRACKED) holds the block at VALUE. With DEPTH, a block without a stack
 * gets that of CALL. Returns its stack, 0: it has none. */
uint32_t ms_tracked_take(uint32_t site, const void *value, struct ms_call call, uint32_t depth);

/* An object of SIZE bytes is there from now on, or is no longer; SITE is of kind OBJECT. */
void ms_tracked_object_made(uint32_t site, uint64_t size);
void ms_tracked_object_gone(uint32_t site, uint64_t size);

#endif
