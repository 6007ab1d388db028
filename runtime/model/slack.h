/* SPDX-License-Identifier: MIT */
/*
 * What glibc's malloc sets aside for a block. Source: glibc 2.36, malloc/malloc.c: request2size, a
 * chunk has a head of 8 bytes, a size that is a multiple of 16, and at least 32. It may be more
 * (what is left over is too small for a chunk; a mapping of whole pages): never less.
 */
#ifndef MS_MODEL_SLACK_H
#define MS_MODEL_SLACK_H

#include <stdbool.h>
#include <stdint.h>

struct ms_build;

static inline uint64_t ms_slack_chunk(uint64_t size) {
    return size < 24 ? 32 : (size + 8 + 15) & ~UINT64_C(15);
}

static inline uint64_t ms_slack_usable(uint64_t size) {
    return ms_slack_chunk(size) - 8;
}

/* Whether the program's blocks are glibc's, and all of them have records. */
bool ms_slack_is_known(const struct ms_build *build);

#endif
