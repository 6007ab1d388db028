/* SPDX-License-Identifier: MIT */
/* Call stacks. The frames of each are stored once; what was made with them at one site has an id.
 */
#ifndef MS_STORE_STACKS_H
#define MS_STORE_STACKS_H

#include <stddef.h>
#include <stdint.h>

#define MS_INTERN_LIMIT 128u /* frames of a stack; deeper ones are cut */

/*
 * The id of the stack with these DEPTH return addresses (run-time, innermost first), 0: depth 0 or
 * no room. From MS_STACK_LIMIT - 65536 ids on, all others have one id, without frames. HASH is a
 * good 64-bit hash of them: two stacks with the same hash are taken for one (with a million stacks
 * the chance of a pair is 3e-8). Frames from the first that lies in no module on are cut off: such
 * an address is not a return address, the frame-pointer chain was broken there.
 *
 * Takes the store lock.
 */
uint32_t ms_stacks_intern(uint64_t hash, const uintptr_t *frames, size_t depth);

/* The id for blocks of SITE (not 0) that have the frames of STACK: STACK itself, where those of no
 * other site have it. 0: no room. Takes the store lock. */
uint32_t ms_stacks_of_site(uint32_t stack, uint32_t site);

#endif
