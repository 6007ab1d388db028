/* SPDX-License-Identifier: MIT */
/*
 * Which blocks get a call stack. The decision is made once a block, by chance alone, so that it is
 * unbiased: by rate R: each block with probability R; by bytes N: allocated bytes are a Poisson
 * process with one event each N bytes, a block that holds an event is sampled: probability 1 -
 * exp(-size / N). Source: tcmalloc, docs/sampling.md. Counters, live bytes and types do not depend
 * on it: they are always exact.
 */
#ifndef MS_HOT_SAMPLER_H
#define MS_HOT_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

struct ms_thread;

enum ms_sampling { MS_SAMPLING_ALL, MS_SAMPLING_NONE, MS_SAMPLING_RATE, MS_SAMPLING_BYTES };

struct ms_sampler {
    enum ms_sampling kind;
    uint64_t threshold; /* RATE: of 2^64 */
    uint64_t mean;      /* BYTES */
    uint64_t seed;
};
extern struct ms_sampler ms_sampler;

/* Before anything is recorded. RATE in 0..1; BYTES, when not 0, wins. */
void ms_sampler_init(double rate, uint64_t bytes, uint64_t seed);

/* A thread's generator: the seed and the thread's index give its sequence. */
void ms_sampler_start(struct ms_thread *thread);

bool ms_sampler_draw(struct ms_thread *thread, uint64_t size);

static inline bool ms_sampler_takes(struct ms_thread *thread, uint64_t size) {
    return ms_sampler.kind == MS_SAMPLING_ALL ||
           (ms_sampler.kind != MS_SAMPLING_NONE && ms_sampler_draw(thread, size));
}

#endif
