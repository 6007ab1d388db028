/* SPDX-License-Identifier: MIT */
/*
 * Blocks that realloc grows by little at a time: a note. Where each step makes a block larger by a
 * factor, what is moved is a part of what is allocated: a half with factor 2, two thirds with 1.5.
 * Only where steps are small beside the block (on average under a ninth of it) is nearly all of it
 * moved each time, and the work grows with the square of the size.
 */
#include "model/build.h"

#define S_LEAST_MOVED (UINT64_C(1) << 20) /* less is not worth a line */
#define S_NOTE_LIMIT  5u

static bool s_is_quadratic(const struct memscope_site_report *site) {
    return site->moved_bytes != MEMSCOPE_UNKNOWN && site->moved_bytes >= S_LEAST_MOVED &&
           site->moved_bytes / 9 * 10 > site->total_bytes;
}

static const struct memscope_site_report *s_find_next(const struct memscope_report *report,
                                                      const struct memscope_site_report *last) {
    const struct memscope_site_report *next = NULL;
    for (size_t i = 0; i < report->site_count; i++) {
        const struct memscope_site_report *site = &report->sites[i];
        if (!s_is_quadratic(site) || (last != NULL && site->moved_bytes > last->moved_bytes) ||
            (last != NULL && site->moved_bytes == last->moved_bytes && site <= last))
            continue;
        if (next == NULL || site->moved_bytes > next->moved_bytes)
            next = site;
    }
    return next;
}

enum ms_status ms_build_growth(struct ms_build *build) {
    const struct memscope_site_report *site = NULL;
    enum ms_status status = MS_OK;
    for (unsigned i = 0; status == MS_OK && i < S_NOTE_LIMIT; i++) {
        site = s_find_next(build->report, site);
        if (site == NULL)
            break;
        const char *location = ms_build_text(build, build->sites[site->id].location);
        const char *variable = site->var_name != NULL ? site->var_name : "a block";
        status = ms_build_note(build,
                               "%s: realloc has moved %llu KiB to make %s larger by little at a "
                               "time, with at most %llu "
                               "KiB live: growing it by a factor moves less",
                               location != NULL ? location : "a place that is not known",
                               (unsigned long long)(site->moved_bytes >> 10), variable,
                               (unsigned long long)(site->peak_bytes >> 10));
    }
    return status;
}
