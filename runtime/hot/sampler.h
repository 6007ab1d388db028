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

#include "base/atomics.h"

struct ms_thread;

/* What decides about the blocks of a thread until its next sample. */
struct ms_sampler_rate {
    uint64_t byte_mask; /* all ones when blocks are counted by their bytes, else 0 */
    uint64_t step;      /* 1 when they are counted one by one, else 0 */
    uint64_t bytes;     /* mean bytes between samples; 0: by rate */
    double rate;
    double log_rest; /* ln(1 - rate) */
    uint64_t word;   /* the same, by ms_sampling_pack */
};

struct ms_sampler {
    uint64_t seed;
    uint64_t word;    /* what is wanted: ms_sampling_pack. Synchronization: atomic */
    uint32_t changed; /* 1: it was another one before. Synchronization: atomic, before `word` */
};
extern struct ms_sampler ms_sampler __attribute__((visibility("hidden")));

/* Before anything is recorded. RATE in 0..1; BYTES, when not 0, wins. */
void ms_sampler_init(double rate, uint64_t bytes, uint64_t seed);

/* Whether some blocks are left out; before any change. */
bool ms_sampler_samples(void);

/* From now on as WORD says. Each thread goes on with the gap that it has drawn, and the probability
 * that belongs to it, until it draws the next one: whatever decides when, what was drawn has no
 * part in it. One thread at a time. */
void ms_sampler_change(uint64_t word);

static inline bool ms_sampler_has_changed(void) {
    return ms_load_acquire(&ms_sampler.changed) != 0;
}

/* A thread's generator: the seed and the thread's index give its sequence. */
void ms_sampler_start(struct ms_thread *thread);

/* Draws the way to the next sample, thread->until_sample. After a sample, or at any time after the
 * decision about a block and before the next one: an exponential distribution has no memory. */
void ms_sampler_next(struct ms_thread *thread);

/* With which probability THREAD samples a block with USABLE bytes now. */
double ms_sampler_probability(const struct ms_thread *thread, uint64_t usable);

/* What thread->until_sample counts of a block with USABLE bytes. */
static inline int64_t ms_sampler_step(const struct ms_sampler_rate *rate, uint64_t usable) {
    return (int64_t)(rate->step + (usable & rate->byte_mask));
}

#endif
