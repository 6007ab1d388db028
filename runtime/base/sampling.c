/* SPDX-License-Identifier: MIT */
#include "base/sampling.h"

#include <string.h>

#define LN2 0.693147180559945309417

/* 1 - exp(-x) for 0 <= x <= 1, by its series: at most 5e-18 is left out. */
static double s_small(double x) {
    double sum = 0;
    for (int k = 19; k >= 1; k--)
        sum = x / k * (1 - sum);
    return sum;
}

double ms_sampling_probability(double rate, uint64_t bytes, double basis) {
    if (bytes == 0)
        return rate;
    double x = basis / (double)bytes;
    if (x <= 1)
        return s_small(x);
    if (x > 60)
        return 1;
    int halvings = (int)(x / LN2);
    double rest = 1 - s_small(x - halvings * LN2);
    return 1 - rest / (double)(UINT64_C(1) << (halvings < 63 ? halvings : 63));
}

#define BY_BYTES   (UINT64_C(1) << 63)
#define BYTES_LAST (UINT64_C(1) << 62)

uint64_t ms_sampling_pack(double rate, uint64_t bytes) {
    uint64_t word;
    if (bytes != 0)
        return BY_BYTES | (bytes < BYTES_LAST ? bytes : BYTES_LAST);
    memcpy(&word, &rate, sizeof(word));
    return word;
}

bool ms_sampling_unpack(uint64_t word, double *rate, uint64_t *bytes) {
    *rate = 1;
    *bytes = 0;
    if ((word & BY_BYTES) != 0)
        *bytes = word & ~BY_BYTES;
    else
        memcpy(rate, &word, sizeof(*rate));
    if ((word & BY_BYTES) != 0)
        return *bytes != 0 && *bytes <= BYTES_LAST;
    return *rate > 0 && *rate <= 1;
}
