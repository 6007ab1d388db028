/* SPDX-License-Identifier: MIT */
/*
 * What is live by site in a sampled journal, estimated from the sampled blocks.
 *
 * A sampled block stands for 1 / probability blocks (base/sampling.h). The sum of these over the
 * live blocks of a site is unbiased however few they are. Where enough samples were to be expected,
 * it is scaled by what the site made over what its samples say it made: the first is exact, so the
 * error is only that of the share that is live. Whether that is done depends on exact numbers alone
 * and not on the draw, which keeps it free of bias.
 *
 * ± is 1.96 standard deviations: the truth is within it 95 times in 100, where there are more than
 * a few samples.
 */
#ifndef MS_MODEL_ESTIMATE_H
#define MS_MODEL_ESTIMATE_H

#include <stdint.h>

/* Sums over blocks of one site, each with its weight, and the variance of the bytes. */
struct ms_weighted {
    double count;
    double bytes;
    double variance;
};

/* Adds a block of SIZE bytes that was sampled with PROBABILITY. */
void ms_weighted_add(struct ms_weighted *sum, double size, double probability);

struct ms_estimate_input {
    double rate;          /* the least that there was: blocks are chosen with this probability, */
    uint64_t mean;        /* or by so many bytes between samples at most (0: never by bytes) */
    uint64_t allocations; /* of the site, exact */
    uint64_t alloc_bytes;
    struct ms_weighted made; /* sampled blocks that it made */
    struct ms_weighted live; /* those of them that are live */
};

struct ms_estimate {
    double count;
    double bytes;
    double variance;    /* of `bytes` */
    double count_scale; /* of each live sample, for splits */
    double bytes_scale;
};
struct ms_estimate ms_estimate_live(const struct ms_estimate_input *input);

/* The ± of BYTES in percent; 0 where nothing was left to chance, NaN where that is not known: no
 * sample tells of anything live. */
double ms_estimate_error(double bytes, double variance);

#endif
