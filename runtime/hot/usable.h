/* SPDX-License-Identifier: MIT */
/*
 * How large a block is for the allocator behind us: what malloc_usable_size says. glibc's own
 * malloc has it in the word before the block, with three flags in the lowest bits, of which the
 * second is set for a block with a mapping of its own. Source: glibc, malloc/malloc.c, "Chunk
 * representation".
 */
#ifndef MS_HOT_USABLE_H
#define MS_HOT_USABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "hot/real.h"

#define MS_USABLE_FLAGS  ((size_t)7)
#define MS_USABLE_MAPPED ((size_t)2)

/* Whether that is so: it is glibc, and what it says of a few blocks is what we read. Set once. */
extern bool ms_usable_is_in_word __attribute__((visibility("hidden")));

/* Once, when the allocator behind us is known. */
void ms_usable_init(void);

static inline size_t ms_usable_word(const void *block) {
    return ((const size_t *)block)[-1];
}

/* Of a block that has no mapping of its own. */
static inline size_t ms_usable_in(size_t word) {
    return (word & ~MS_USABLE_FLAGS) - sizeof(size_t);
}

/* Of a block of glibc's. */
static inline size_t ms_usable_before(const void *block) {
    size_t word = ms_usable_word(block);
    return ms_usable_in(word) - ((word & MS_USABLE_MAPPED) != 0 ? sizeof(size_t) : 0);
}

static inline size_t ms_usable_of(void *block) {
    return ms_usable_is_in_word ? ms_usable_before(block) : ms_real.malloc_usable_size(block);
}

#endif
