/* SPDX-License-Identifier: MIT */
/* What is live by site and by group: counted where every block has a record, else estimated. */
#include "model/build.h"
#include "model/slack.h"

#include <math.h>
#include <stdlib.h>

double ms_build_error(const struct ms_build *build, uint64_t bytes, double variance) {
    if (build->sampled)
        return ms_estimate_error((double)bytes, variance);
    return build->has_drops ? NAN : 0;
}

struct ms_estimate ms_build_estimate(const struct ms_build *build, const struct ms_build_site *site,
                                     const struct ms_weighted *live) {
    struct ms_estimate_input input = {
        .rate = build->header->sample_least_rate,
        .mean = build->header->sample_most_bytes,
        .allocations = site->allocations,
        .alloc_bytes = site->alloc_bytes,
        .made = site->made,
        .live = *live,
    };
    return ms_estimate_live(&input);
}

static void s_count_site(const struct ms_build *build, struct ms_build_site *site) {
    site->live_count = ms_build_minus(site->allocations, site->frees);
    site->live_bytes = ms_build_minus(site->alloc_bytes, site->free_bytes + ms_build_inside(site));
    site->live =
        (struct ms_estimate){.count = (double)site->live_count, .bytes = (double)site->live_bytes};
    site->error_percent = build->has_drops ? NAN : 0;
}

/* What is shown of one site is never more than it has made; sums over sites are of the estimates.
 */
static void s_estimate_site(const struct ms_build *build, struct ms_build_site *site) {
    site->live = ms_build_estimate(build, site, &site->live_samples);
    site->live_count = ms_build_round(site->live.count);
    site->live_bytes = ms_build_round(site->live.bytes);
    if (site->live_count > site->allocations)
        site->live_count = site->allocations;
    if (site->live_bytes > site->alloc_bytes)
        site->live_bytes = site->alloc_bytes;
    site->error_percent = ms_estimate_error(site->live.bytes, site->live.variance);
    if (site->allocations == 0)
        site->error_percent = 0;
}

/* The live blocks of a site with one stack and owner are estimated as the site is: a share of what
 * it has made. */
static void s_estimate_groups(struct ms_build *build) {
    for (uint32_t i = 0; i < build->group_count; i++) {
        struct ms_build_group *group = &build->groups[i];
        struct ms_build_site *site = &build->sites[group->site];
        site->live_samples.count += group->weighted.count;
        site->live_samples.bytes += group->weighted.bytes;
        site->live_samples.variance += group->weighted.variance;
        struct ms_estimate estimate = ms_build_estimate(build, site, &group->weighted);
        group->count = ms_build_round(estimate.count);
        group->bytes = ms_build_round(estimate.bytes);
        group->variance = estimate.variance;
    }
}

/* What the groups say about stacks, and about the sites that made and hold the blocks. */
static enum ms_status s_share_out(struct ms_build *build) {
    struct ms_index at_site = {0}; /* site, stack -> sums */
    uint64_t *sums = calloc((size_t)build->group_count + 1, sizeof(*sums));
    enum ms_status status = sums != NULL ? MS_OK : MS_NO_MEMORY;
    for (uint32_t i = 0; status == MS_OK && i < build->group_count; i++) {
        const struct ms_build_group *group = &build->groups[i];
        struct ms_build_site *holder =
            &build->sites[group->owner != 0 ? group->owner : group->site];
        holder->held_bytes += group->bytes;
        holder->held_variance += group->variance;
        holder->held_count += group->count;
        build->sites[group->site].slack_bytes += group->slack_bytes;
        build->sites[group->lost].lost_here = true;
        if (group->stack == 0)
            continue;
        build->stacks[group->stack_index].live_count += group->count;
        build->stacks[group->stack_index].live_bytes += group->bytes;
        build->stacks[group->stack_index].variance += group->variance;
        const uint32_t *slot =
            ms_index_put(&at_site, ms_index_pair(group->site, group->stack), i, NULL);
        if (slot == NULL) {
            status = MS_NO_MEMORY;
            break;
        }
        uint64_t bytes = sums[*slot] += group->bytes;
        struct ms_build_site *site = &build->sites[group->site];
        if (site->top_stack == MEMSCOPE_NO_ID || bytes > site->top_stack_bytes) {
            site->top_stack = group->stack;
            site->top_stack_bytes = bytes;
        }
    }
    free(sums);
    ms_index_fini(&at_site);
    return status;
}

enum ms_status ms_build_live(struct ms_build *build) {
    build->knows_slack = ms_slack_is_known(build);
    if (build->sampled)
        s_estimate_groups(build);
    for (uint32_t i = 0; i < build->site_count; i++) {
        if (ms_build_is_sampled(build, &build->sites[i]))
            s_estimate_site(build, &build->sites[i]);
        else
            s_count_site(build, &build->sites[i]);
    }
    return s_share_out(build);
}
