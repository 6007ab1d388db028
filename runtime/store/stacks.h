/* SPDX-License-Identifier: MIT */
/* Call stacks, each stored once. */
#ifndef MS_STORE_STACKS_H
#define MS_STORE_STACKS_H

#include <stddef.h>
#include <stdint.h>

#define MS_INTERN_LIMIT 128u /* frames of a stack; deeper ones are cut */

/*
 * The id of the stack with these DEPTH return addresses (run-time, innermost first), 0: depth 0 or
 * no room. HASH is a good 64-bit hash of them: two stacks with the same hash are taken for one
 * (with a million stacks the chance of a pair is 3e-8). Frames from the first that lies in no
 * module on are cut off: such an address is not a return address, the frame-pointer chain was
 * broken there.
 *
 * Takes the store lock.
 */
uint32_t ms_stacks_intern(uint64_t hash, const uintptr_t *frames, size_t depth);

#endif
