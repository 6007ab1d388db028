/* SPDX-License-Identifier: MIT */
/*
 * How long a byte of something has lived on average, so far, from the samples of the timeline. By
 * Little's law that is what was there on average, through what came in a nanosecond. A sample lists
 * the largest alone: what it does not list may have been there, but less than the least it lists.
 */
#ifndef MS_MODEL_LIFETIME_H
#define MS_MODEL_LIFETIME_H

#include "model/build.h"

#define MS_LIFETIME_LEAST_SEEN 5u /* fewer samples say little */

struct ms_lifetime {
    double lived;  /* bytes times nanoseconds */
    double missed; /* the same, at most */
    uint32_t seen; /* samples that list it */
};

/* A sample lists BYTES of it, which stand for NS nanoseconds. */
static inline void ms_lifetime_see(struct ms_lifetime *lifetime, double ns, uint64_t bytes) {
    lifetime->lived += ns * (double)bytes;
    lifetime->seen++;
}

/* There may have been up to BYTES that a sample does not list. */
static inline void ms_lifetime_miss(struct ms_lifetime *lifetime, double ns, uint64_t bytes) {
    lifetime->missed += ns * (double)bytes;
}

/* BYTES are there at the end, for the NS nanoseconds since the last sample. */
static inline void ms_lifetime_end(struct ms_lifetime *lifetime, double ns, uint64_t bytes) {
    lifetime->lived += ns * (double)bytes;
}

/* Of TOTAL bytes that were made; unknown where too few samples list it, or a tenth may be missed.
 */
static inline uint64_t ms_lifetime_average(const struct ms_lifetime *lifetime, uint64_t total) {
    if (lifetime->seen < MS_LIFETIME_LEAST_SEEN || total == 0 ||
        lifetime->missed * 10 > lifetime->lived)
        return MEMSCOPE_UNKNOWN;
    return ms_build_round(lifetime->lived / (double)total);
}

#endif
