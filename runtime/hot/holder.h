/* SPDX-License-Identifier: MIT */
/*
 * Which annotated variables hold a block: how ms_block.holder (store/layout.h) changes.
 *
 * The variable that took the block last owns it. When an owner lets go, the variable that had it
 * before owns it again, so that a parameter or an iterator which only borrows a block does not make
 * it look lost. When nobody is left the site is kept at which that happened: there the block was
 * last seen.
 *
 * One former owner is remembered. Of two, a local variable or a parameter is forgotten if it is the
 * later one: it goes out of scope first. Of places that share a name (a member of two structs) the
 * last one counts.
 *
 * What a variable held may be a pointer to an older block that was freed, or whatever was in the
 * memory of a member: its word counts only for blocks that were given to it.
 *
 * Functions of their arguments and of the site table; any thread, no lock.
 */
#ifndef MS_HOT_HOLDER_H
#define MS_HOT_HOLDER_H

#include <stdint.h>

/* The word when the variable of SITE, at PLACE (NULL: its name tells), takes the block. MADE_BY is
 * the site that has made it, 0: not known; a variable may own a block because it was made for it.
 */
uint64_t ms_holder_take(uint64_t holder, uint32_t made_by, uint32_t site, const void *place);

/* The same when it lets go. */
uint64_t ms_holder_lose(uint64_t holder, uint32_t made_by, uint32_t site, const void *place);

#endif
