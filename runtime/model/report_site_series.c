/* SPDX-License-Identifier: MIT */
/* timeline.by_site: live bytes over time of the sites that had most at some moment. */
#include "model/build.h"

#include <stdlib.h>

#define SERIES_LIMIT 50u

/* A site that some tick tells of. */
struct s_series {
    uint32_t site;
    uint64_t maximum;
    uint64_t *live_bytes; /* in the arena */
    bool seen;            /* in an earlier tick */
};

static const struct ms_share *s_site_share(const struct ms_build *build, const struct ms_tick *tick,
                                           unsigned i) {
    const struct ms_share *share = &tick->shares[i];
    return share->kind == 2 && share->id < build->site_count ? share : NULL;
}

static int s_by_maximum(const void *left, const void *right) {
    const struct s_series *a = left;
    const struct s_series *b = right;
    int order = ms_build_descending(a->maximum, b->maximum);
    return order != 0 ? order : ms_build_ascending(a->site, b->site);
}

/* The sites that ticks tell of, largest maximum first, in SERIES, which has room for all sites. */
static size_t s_find(const struct ms_build *build, struct s_series *series) {
    size_t count = 0;
    for (uint32_t i = 0; i < build->site_count; i++)
        series[i].site = i;
    for (size_t t = 0; t < build->tick_count; t++) {
        for (unsigned i = 0; i < MS_SHARES_PER_TICK; i++) {
            const struct ms_share *share = s_site_share(build, &build->ticks[t], i);
            if (share != NULL)
                series[share->id].maximum =
                    ms_build_max(series[share->id].maximum, share->live_bytes);
        }
    }
    for (uint32_t i = 0; i < build->site_count; i++)
        if (series[i].maximum != 0)
            series[count++] = series[i];
    qsort(series, count, sizeof(*series), s_by_maximum);
    return count;
}

/* Where a list has no room left, a site that was told of before and is not in it is not known. */
static void s_fill_tick(const struct ms_build *build, struct s_series *series, size_t count,
                        size_t at) {
    const struct ms_tick *tick = &build->ticks[at];
    unsigned listed = 0, sites = 0; /* no list at all: short of memory */
    for (unsigned i = 0; i < MS_SHARES_PER_TICK; i++) {
        listed += tick->shares[i].kind != 0;
        sites += tick->shares[i].kind == 2;
    }
    bool complete = sites < MS_SHARES_PER_TICK - MS_SHARES_OF_TYPES &&
                    (listed != 0 || tick->heap_live_bytes == 0);
    for (size_t n = 0; n < count; n++) {
        series[n].live_bytes[at] = complete || !series[n].seen ? 0 : MEMSCOPE_UNKNOWN;
        for (unsigned i = 0; i < MS_SHARES_PER_TICK; i++) {
            const struct ms_share *share = s_site_share(build, tick, i);
            if (share == NULL || share->id != series[n].site)
                continue;
            series[n].live_bytes[at] = share->live_bytes;
            series[n].seen = true;
        }
    }
}

static enum ms_status s_fill(struct ms_build *build, struct s_series *series) {
    size_t count = s_find(build, series);
    count = count < SERIES_LIMIT ? count : SERIES_LIMIT;
    struct memscope_site_series *by_site = ms_arena_array(build->arena, count, sizeof(*by_site));
    if (by_site == NULL)
        return MS_NO_MEMORY;
    for (size_t n = 0; n < count; n++) {
        series[n].live_bytes =
            ms_arena_array(build->arena, build->tick_count, sizeof(*series[n].live_bytes));
        if (series[n].live_bytes == NULL)
            return MS_NO_MEMORY;
        by_site[n] = (struct memscope_site_series){series[n].site, series[n].live_bytes};
    }
    for (size_t i = 0; i < build->tick_count; i++)
        s_fill_tick(build, series, count, i);
    build->report->timeline.by_site = by_site;
    build->report->timeline.by_site_count = count;
    return MS_OK;
}

enum ms_status ms_build_site_series(struct ms_build *build) {
    struct s_series *series = calloc((size_t)build->site_count + 1, sizeof(*series));
    if (series == NULL)
        return MS_NO_MEMORY;
    enum ms_status status = s_fill(build, series);
    free(series);
    return status;
}
