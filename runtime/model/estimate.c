/* SPDX-License-Identifier: MIT */
#include "model/estimate.h"

#include <math.h>

#include "base/sampling.h"

/* From so many expected samples on a quotient of two estimates has next to no bias: they are of one
 * draw, and that there is no sample at all has the probability exp(-30). */
#define ENOUGH_SAMPLES 30.0
#define NORMAL_95      1.96

void ms_weighted_add(struct ms_weighted *sum, double size, double probability) {
    double bytes = size / probability;
    sum->count += 1 / probability;
    sum->bytes += bytes;
    sum->variance += (1 - probability) * bytes * bytes;
}

/* At most this many: the probability of the mean size is larger than the mean of probabilities. */
static double s_expected_samples(const struct ms_estimate_input *input) {
    double count = (double)input->allocations;
    if (input->allocations == 0)
        return 0;
    double mean = (double)input->alloc_bytes / count;
    double by_bytes = ms_sampling_probability(1, input->mean, mean > 1 ? mean : 1);
    return count * (by_bytes < input->rate ? by_bytes : input->rate);
}

/* Of bytes = total * live / made. The usual formula says 0 where all or none of the samples are
 * live: two of each are added then (Agresti and Coull, 1998). */
static double s_variance_of_share(const struct ms_estimate_input *input, double samples) {
    double total = (double)input->alloc_bytes, made = input->made.bytes;
    double share = input->live.bytes / made, freed = input->made.variance - input->live.variance;
    double sum =
        (1 - share) * (1 - share) * input->live.variance + share * share * (freed > 0 ? freed : 0);
    double careful = (share * samples + 2) / (samples + 4);
    double least = careful * (1 - careful) * input->made.variance;
    return total * total / (made * made) * (sum > least ? sum : least);
}

struct ms_estimate ms_estimate_live(const struct ms_estimate_input *input) {
    double samples = s_expected_samples(input);
    struct ms_estimate out = {input->live.count, input->live.bytes, input->live.variance, 1, 1};
    if (!(samples >= ENOUGH_SAMPLES) || !(input->made.bytes > 0) || !(input->made.count > 0))
        return out;
    out.count_scale = (double)input->allocations / input->made.count;
    out.bytes_scale = (double)input->alloc_bytes / input->made.bytes;
    out.count *= out.count_scale;
    out.bytes *= out.bytes_scale;
    out.variance = s_variance_of_share(input, samples);
    return out;
}

double ms_estimate_error(double bytes, double variance) {
    if (variance == 0 && bytes > 0)
        return 0;
    return bytes > 0 && variance >= 0 ? 100 * NORMAL_95 * sqrt(variance) / bytes : NAN;
}
