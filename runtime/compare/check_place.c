/* SPDX-License-Identifier: MIT */
/* Where in the source most of what a limit is about comes from. */
#include <stdlib.h>
#include <string.h>

#include "compare/check.h"
#include "compare/diff.h"

static bool s_same(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool s_is_kind(const struct memscope_site_report *site, const char *kind) {
    return site->kind != NULL && strcmp(site->kind, kind) == 0;
}

static bool s_is_heap(const struct memscope_site_report *site) {
    return !s_is_kind(site, "object") && !s_is_kind(site, "static");
}

static uint64_t s_known(uint64_t value) {
    return value != MEMSCOPE_UNKNOWN ? value : 0;
}

/* What made up the peak, where that was kept. */
static uint64_t s_at_peak(const struct memscope_report *report,
                          const struct memscope_site_report *site) {
    return report->summary.peak_known_bytes != MEMSCOPE_UNKNOWN ? s_known(site->bytes_at_peak)
                                                                : s_known(site->peak_bytes);
}

/* The type whose padding wastes most; NULL: none. */
static const struct memscope_type_report *s_padded_type(const struct memscope_report *report) {
    const struct memscope_type_report *most = NULL;
    for (size_t i = 0; i < report->type_count; i++) {
        const struct memscope_type_report *type = &report->types[i];
        if (s_known(type->padding_waste_bytes) != 0 &&
            (most == NULL || type->padding_waste_bytes > most->padding_waste_bytes))
            most = type;
    }
    return most;
}

/* The part that SITE has; 0: none. */
static uint64_t s_part(const struct memscope_report *report, enum ms_check_rule rule,
                       const char *name, const struct memscope_site_report *site) {
    switch (rule) {
    case MS_CHECK_MAX_PEAK:
        return s_is_heap(site) ? s_at_peak(report, site) : 0;
    case MS_CHECK_MAX_LIVE:
        return s_is_heap(site) ? site->live_bytes : 0;
    case MS_CHECK_MAX_TOTAL:
        return s_is_heap(site) ? site->total_bytes : 0;
    case MS_CHECK_MAX_ALLOCATIONS:
        return s_is_heap(site) ? site->total_allocations : 0;
    case MS_CHECK_MAX_STACK:
        return s_is_kind(site, "object") ? s_known(site->peak_bytes) : 0;
    case MS_CHECK_MAX_STATIC:
        return s_is_kind(site, "static") ? s_known(site->peak_bytes) : 0;
    case MS_CHECK_MAX_PADDING:
        return name != NULL && s_same(site->type_name, name) ? s_known(site->peak_bytes) : 0;
    case MS_CHECK_MAX_TYPE:
        return s_is_heap(site) && s_same(site->type_name, name) ? s_known(site->peak_bytes) : 0;
    case MS_CHECK_MAX_VARIABLE:
        return s_same(site->var_name, name) ? s_known(site->peak_bytes) : 0;
    case MS_CHECK_MAX_LEAKS:
    case MS_CHECK_MAX_PROBLEMS:
    case MS_CHECK_MAX_GROWTH:
    case MS_CHECK_RULE_COUNT:
        break;
    }
    return 0;
}

static struct ms_check_place s_place_of(const struct memscope_site_report *site, uint64_t part) {
    if (site == NULL)
        return (struct ms_check_place){.line = MEMSCOPE_UNKNOWN, .column = MEMSCOPE_UNKNOWN};
    return (struct ms_check_place){site->file,      site->line,     site->column, site->function,
                                   site->type_name, site->var_name, part};
}

/* For people to look at, places that the plugin has seen come before those that are known by their
 * address alone, mostly in libraries, and all that have a file before those that have none. */
static int s_rank(const struct memscope_site_report *site) {
    if (site->file == NULL)
        return 0;
    return s_is_kind(site, "caller") ? 1 : 2;
}

static bool s_is_better(const struct memscope_site_report *site, uint64_t part,
                        const struct memscope_site_report *best, uint64_t best_part) {
    if (part == 0)
        return false;
    if (best == NULL || s_rank(site) != s_rank(best))
        return best == NULL || s_rank(site) > s_rank(best);
    return part > best_part;
}

/* The first site at LOCATION, "file:line"; NULL: it is another text, or no site is there. */
static const struct memscope_site_report *s_find_location(const struct memscope_report *report,
                                                          const char *location) {
    const char *colon = location != NULL ? strrchr(location, ':') : NULL;
    if (colon == NULL)
        return NULL;
    uint64_t line = strtoull(colon + 1, NULL, 10);
    for (size_t i = 0; i < report->site_count; i++) {
        const struct memscope_site_report *site = &report->sites[i];
        if (site->file != NULL && site->line == line &&
            strlen(site->file) == (size_t)(colon - location) &&
            strncmp(site->file, location, (size_t)(colon - location)) == 0)
            return site;
    }
    return NULL;
}

/* Leaks and problems come with the largest first; the first that is in the source is told. */
static struct ms_check_place s_find_leak(const struct memscope_report *report) {
    for (size_t i = 0; i < report->leak_count; i++) {
        const struct memscope_leak *leak = &report->leaks[i];
        const struct memscope_site_report *site = s_find_location(report, leak->location);
        if (site == NULL || memscope_is_reachable(leak->reachability))
            continue;
        struct ms_check_place place = s_place_of(site, leak->bytes);
        place.var_name = leak->var_name;
        place.type_name = leak->type_name;
        return place;
    }
    return s_place_of(NULL, 0);
}

static struct ms_check_place s_find_problem(const struct memscope_report *report) {
    for (size_t i = 0; i < report->problem_count; i++) {
        const struct memscope_problem *problem = &report->problems[i];
        const struct memscope_site_report *site = s_find_location(report, problem->made_location);
        if (site == NULL)
            continue;
        struct ms_check_place place = s_place_of(site, 0);
        place.var_name = problem->var_name;
        place.type_name = problem->type_name;
        return place;
    }
    return s_place_of(NULL, 0);
}

struct ms_check_place ms_check_find_place(const struct memscope_report *report,
                                          enum ms_check_rule rule, const char *name) {
    const struct memscope_site_report *best = NULL;
    uint64_t best_part = 0;
    if (rule == MS_CHECK_MAX_LEAKS)
        return s_find_leak(report);
    if (rule == MS_CHECK_MAX_PROBLEMS)
        return s_find_problem(report);
    const struct memscope_type_report *padded =
        rule == MS_CHECK_MAX_PADDING ? s_padded_type(report) : NULL;
    if (padded != NULL)
        name = padded->type_name;
    for (size_t i = 0; i < report->site_count; i++) {
        uint64_t part = s_part(report, rule, name, &report->sites[i]);
        if (s_is_better(&report->sites[i], part, best, best_part)) {
            best = &report->sites[i];
            best_part = part;
        }
    }
    return s_place_of(best, padded != NULL ? padded->padding_waste_bytes : best_part);
}

/* By type, variable and function, so that moved lines do not count. */
enum ms_status ms_check_find_growth(const struct memscope_report *report,
                                    const struct memscope_report *baseline, bool live,
                                    struct ms_check_place *place) {
    const bool at_peak = report->summary.peak_known_bytes != MEMSCOPE_UNKNOWN &&
                         baseline->summary.peak_known_bytes != MEMSCOPE_UNKNOWN;
    const enum ms_diff_measure measure = live      ? MS_DIFF_live_bytes
                                         : at_peak ? MS_DIFF_bytes_at_peak
                                                   : MS_DIFF_peak_bytes;
    const struct memscope_site_report *best = NULL;
    int64_t most = 0, growth;
    size_t count;
    struct ms_diff *diff;
    enum ms_status status = ms_diff_new(baseline, report, &diff);
    if (status != MS_OK)
        return status;
    const struct ms_diff_row *rows = ms_diff_rows(diff, &count);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].storage == MS_STORAGE_HEAP && ms_diff_growth(&rows[i], measure, &growth) &&
            growth > 0 && s_is_better(rows[i].place, (uint64_t)growth, best, (uint64_t)most)) {
            best = rows[i].place;
            most = growth;
        }
    }
    ms_diff_destroy(diff);
    *place = s_place_of(best, (uint64_t)most);
    return MS_OK;
}
