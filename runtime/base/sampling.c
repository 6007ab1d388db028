/* SPDX-License-Identifier: MIT */
#include "base/sampling.h"

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
