/* SPDX-License-Identifier: MIT */
/*
 * With which probability a block is sampled: the one formula of the process that samples and of the
 * reader that estimates from the samples. A block that was taken with probability P stands for 1/P
 * blocks (Horvitz and Thompson, 1952), which is unbiased whatever is added up afterwards.
 *
 *   by rate r     each block with probability r
 *   by bytes R    bytes are a Poisson process with one event each R bytes, and a block that holds
 * an event is sampled: 1 - exp(-basis / R). Source: tcmalloc, docs/sampling.md
 *
 * Do not allocate or touch errno; need no libm. Any thread.
 */
#ifndef MS_BASE_SAMPLING_H
#define MS_BASE_SAMPLING_H

#include <stdbool.h>
#include <stdint.h>

/* BYTES is 0 when sampling is by rate. BASIS: bytes of the block that could hold an event, more
 * than 0. 0 where no block is sampled. */
double ms_sampling_probability(double rate, uint64_t bytes, double basis);

/* RATE or BYTES in one word, so that it changes at once: bytes have the highest bit, which is the
 * sign of a rate. */
uint64_t ms_sampling_pack(double rate, uint64_t bytes);

/* RATE and BYTES as above, by bytes RATE is 1. False: no block would be sampled, or WORD is none of
 * ms_sampling_pack's. */
bool ms_sampling_unpack(uint64_t word, double *rate, uint64_t *bytes);

#endif
