/* SPDX-License-Identifier: MIT */
/*
 * Which blocks are sampled. The decision is made once a block, by chance alone, with the
 * probability that base/sampling.h says. Between two samples a thread only counts down: bytes that
 * the allocator has handed out (what is usable of a block, so that a block of no bytes has a chance
 * too) or, when sampling is by rate, blocks.
 */
#ifndef MS_HOT_SAMPLER_H
#define MS_HOT_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

struct ms_thread;

struct ms_sampler {
    double rate;
    uint64_t bytes; /* mean bytes between samples; 0: by rate */
    uint64_t seed;
    double log_rest;    /* ln(1 - rate) */
    uint64_t byte_mask; /* all ones when blocks are counted by their bytes, else 0 */
    uint64_t step;      /* 1 when they are counted one by one, else 0 */
};
extern struct ms_sampler ms_sampler;

/* Before anything is recorded. RATE in 0..1; BYTES, when not 0, wins. */
void ms_sampler_init(double rate, uint64_t bytes, uint64_t seed);

/* Whether some blocks are left out. */
bool ms_sampler_samples(void);

/* A thread's generator: the seed and the thread's index give its sequence. */
void ms_sampler_start(struct ms_thread *thread);

/* Sets thread->until_sample, which has reached 0 or less, to the way to the next sample. */
void ms_sampler_next(struct ms_thread *thread);

/* What thread->until_sample counts of a block with USABLE bytes. */
static inline int64_t ms_sampler_step(uint64_t usable) {
    return (int64_t)((usable & ms_sampler.byte_mask) + ms_sampler.step);
}

#endif
