/* SPDX-License-Identifier: MIT */
#include "hot/sampler.h"

#include "base/sampling.h"
#include "hot/thread.h"

#define NEVER (INT64_C(1) << 62)

struct ms_sampler ms_sampler;

/* SplitMix64, by Sebastiano Vigna (public domain). */
static uint64_t s_next(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* -ln of BITS / 2^64 for BITS != 0, without libm: u = m * 2^-e with m in [1, 2), and
 * ln m = 2 atanh((m - 1) / (m + 1)) as a series; the error is below 1e-9. */
static double s_minus_log(uint64_t bits) {
    int exponent = __builtin_clzll(bits) + 1;
    double m = (double)(bits << (exponent - 1)) / 9223372036854775808.0;
    double t = (m - 1) / (m + 1), square = t * t, sum = 0;
    for (int k = 17; k >= 1; k -= 2)
        sum = sum * square + 1.0 / k;
    return exponent * 0.6931471805599453 - 2 * t * sum;
}

/* ln(1 - RATE) for 0 < RATE < 1: where the difference would lose digits, by its series. */
static double s_log_rest(double rate) {
    if (rate > 0.01)
        return -s_minus_log((uint64_t)((1 - rate) * 18446744073709551615.0) | 1);
    double sum = 0;
    for (int k = 8; k >= 1; k--)
        sum = rate * (1.0 / k + sum);
    return -sum;
}

void ms_sampler_init(double rate, uint64_t bytes, uint64_t seed) {
    ms_sampler = (struct ms_sampler){.seed = seed, .word = ms_sampling_pack(rate, bytes)};
}

bool ms_sampler_samples(void) {
    return ms_sampler.word != ms_sampling_pack(1, 0);
}

void ms_sampler_change(uint64_t word) {
    ms_store_release(&ms_sampler.changed, 1);
    ms_store_release(&ms_sampler.word, word); /* pairs with s_adopt's caller */
}

static void s_adopt(struct ms_sampler_rate *rate, uint64_t word) {
    *rate = (struct ms_sampler_rate){.word = word};
    ms_sampling_unpack(word, &rate->rate, &rate->bytes);
    rate->byte_mask = rate->bytes != 0 ? UINT64_MAX : 0;
    rate->step = rate->bytes == 0;
    if (rate->bytes == 0 && rate->rate > 0 && rate->rate < 1)
        rate->log_rest = s_log_rest(rate->rate);
}

/* An exponential distribution has no memory: the next event counts from the end of the block that
 * holds the one before. By rate the number of blocks to the next sample is geometric. */
void ms_sampler_next(struct ms_thread *thread) {
    struct ms_sampler_rate *rate = &thread->sampling;
    uint64_t word = ms_load_acquire(&ms_sampler.word); /* pairs with ms_sampler_change */
    if (word != rate->word)
        s_adopt(rate, word);
    double log = s_minus_log(s_next(&thread->random) | 1), gap;
    if (rate->bytes != 0)
        gap = log * (double)rate->bytes;
    else if (rate->rate > 0 && rate->rate < 1)
        gap = log / -rate->log_rest;
    else
        gap = rate->rate > 0 ? 0 : (double)NEVER;
    thread->until_sample = gap < (double)NEVER ? (int64_t)gap + 1 : NEVER;
}

void ms_sampler_start(struct ms_thread *thread) {
    thread->random = ms_sampler.seed ^ (thread->index * UINT64_C(0xD1342543DE82EF95));
    s_adopt(&thread->sampling, ms_load_acquire(&ms_sampler.word));
    ms_sampler_next(thread);
}

double ms_sampler_probability(const struct ms_thread *thread, uint64_t usable) {
    return ms_sampling_probability(thread->sampling.rate, thread->sampling.bytes, (double)usable);
}
