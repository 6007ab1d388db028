/* SPDX-License-Identifier: MIT */
/*
 * Blocks of malloc's that an allocator has handed out whose declaration names another deallocator
 * than free (`malloc(obj_free, 1)`): each has a guard, its address and the site that got it, until
 * it is given to some deallocator or is freed. So a free of one that the program's own code calls
 * itself is known to be wrong.
 *
 * A program without such allocators pays nothing: its calls of free come here only from the first
 * guard on (hooks.h). Any thread and signal handler; no lock, keeps errno. Where there is no room
 * for a guard, some block has none.
 */
#ifndef MS_HOT_GUARDS_H
#define MS_HOT_GUARDS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether there was a guard yet. */
extern bool ms_guards_used;

/* ADDRESS, where a block of malloc's starts, was handed out to SITE. */
void ms_guards_set(const void *address, uint32_t site);

/* Takes the guard off the block at ADDRESS: its site, 0: it has none. */
uint32_t ms_guards_take(const void *address);

#endif
