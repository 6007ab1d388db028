/* SPDX-License-Identifier: MIT */
#include "hot/sampler.h"

#include "hot/thread.h"

struct ms_sampler ms_sampler;

/* SplitMix64, by Sebastiano Vigna (public domain). */
static uint64_t s_next(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* -ln of a uniform number in (0, 1], without libm: u = m * 2^-e with m in [1, 2), and
 * ln m = 2 atanh((m - 1) / (m + 1)) as a series; the error is below 1e-9. */
static double s_exponential(uint64_t *state) {
    uint64_t bits = s_next(state) | 1;
    int exponent = __builtin_clzll(bits) + 1;
    double m = (double)(bits << (exponent - 1)) / 9223372036854775808.0;
    double t = (m - 1) / (m + 1), square = t * t, sum = 0;
    for (int k = 17; k >= 1; k -= 2)
        sum = sum * square + 1.0 / k;
    return exponent * 0.6931471805599453 - 2 * t * sum;
}

void ms_sampler_init(double rate, uint64_t bytes, uint64_t seed) {
    ms_sampler.seed = seed;
    ms_sampler.mean = bytes;
    if (bytes != 0) {
        ms_sampler.kind = MS_SAMPLING_BYTES;
    } else if (rate >= 1) {
        ms_sampler.kind = MS_SAMPLING_ALL;
    } else if (rate > 0) {
        ms_sampler.kind = MS_SAMPLING_RATE;
        ms_sampler.threshold = (uint64_t)(rate * 18446744073709551616.0);
    } else {
        ms_sampler.kind = MS_SAMPLING_NONE;
    }
}

void ms_sampler_start(struct ms_thread *thread) {
    thread->random = ms_sampler.seed ^ (thread->index * UINT64_C(0xD1342543DE82EF95));
    thread->until_sample = ms_sampler.mean != 0
                               ? (int64_t)(s_exponential(&thread->random) * (double)ms_sampler.mean)
                               : 0;
}

bool ms_sampler_draw(struct ms_thread *thread, uint64_t size) {
    if (ms_sampler.kind == MS_SAMPLING_RATE)
        return s_next(&thread->random) < ms_sampler.threshold;
    thread->until_sample -= size < (UINT64_C(1) << 62) ? (int64_t)size : INT64_C(1) << 62;
    if (thread->until_sample > 0)
        return false;
    /* An exponential distribution has no memory: the next event counts from the end of this block.
     */
    thread->until_sample = (int64_t)(s_exponential(&thread->random) * (double)ms_sampler.mean);
    return true;
}
