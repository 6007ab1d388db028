/* SPDX-License-Identifier: MIT */
#include "compare/check.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/array.h"

const struct ms_check_rule_info *ms_check_rule_info(enum ms_check_rule rule) {
    enum { COUNT, BYTES };
    static const struct ms_check_rule_info s_rules[] = {
#define X(name, id, unit, named, what, purpose) {id, (unit) == BYTES, named, what, purpose},
#include "compare/check_rules.def"
#undef X
    };
    return &s_rules[rule];
}

/* One number of a report, as far as it is known. */
struct s_value {
    uint64_t value;
    bool is_estimated;
    double error_percent;
    const char *reason;
};

struct s_run {
    const struct memscope_report *report;
    const struct memscope_report *baseline;
    struct ms_check_results *results;
};

static struct s_value s_exact(uint64_t value, const char *reason) {
    return (struct s_value){value, false, 0, reason};
}

static struct s_value s_or_none(uint64_t value) {
    return s_exact(value != MEMSCOPE_UNKNOWN ? value : 0, NULL);
}

static const char *const s_no_peak = "the peak is not known: recording was off for a while, or the "
                                     "report does not have it";

static bool s_is_running(const struct memscope_report *report) {
    return report->process.exit == MEMSCOPE_EXIT_RUNNING;
}

static bool s_is_sampled(const struct memscope_report *report) {
    const char *bytes = report->sampling.heap_bytes;
    return report->sampling.sample_bytes != 0 || report->sampling.sample_rate < 1 ||
           (bytes != NULL && strcmp(bytes, "requested") != 0);
}

static struct s_value s_peak(const struct memscope_report *report) {
    return s_exact(report->summary.peak_memory_bytes, s_no_peak);
}

static struct s_value s_live(const struct memscope_report *report) {
    struct s_value live =
        s_exact(report->summary.current_memory_bytes, "the report does not have it");
    const char *bytes = report->sampling.heap_bytes;
    if (bytes != NULL && strcmp(bytes, "estimated") == 0) {
        live.is_estimated = true;
        live.error_percent = NAN;
    }
    return live;
}

/* Leaks of several places are estimated independently, so their variances add up. */
static struct s_value s_leaks(const struct memscope_report *report) {
    double variance = 0;
    struct s_value sum = {.is_estimated = s_is_sampled(report)};
    if (s_is_running(report))
        return s_exact(MEMSCOPE_UNKNOWN, "the process still runs: nothing has leaked yet");
    for (size_t i = 0; i < report->leak_count; i++) {
        if (memscope_is_reachable(report->leaks[i].reachability))
            continue;
        double error = (double)report->leaks[i].count * report->leaks[i].error_percent / 100;
        sum.value += report->leaks[i].count;
        variance += error * error;
    }
    if (sum.is_estimated)
        sum.error_percent = sum.value != 0 ? 100 * sqrt(variance) / (double)sum.value : NAN;
    return sum;
}

static struct s_value s_problems(const struct memscope_report *report) {
    uint64_t sum = 0;
    for (size_t i = 0; i < report->problem_count; i++)
        sum += report->problems[i].count;
    return s_exact(sum, NULL);
}

static struct s_value s_total(const struct memscope_report *report, enum ms_check_rule rule) {
    const struct memscope_summary *summary = &report->summary;
    switch (rule) {
    case MS_CHECK_MAX_PEAK:
        return s_peak(report);
    case MS_CHECK_MAX_LIVE:
        return s_live(report);
    case MS_CHECK_MAX_TOTAL:
        return s_exact(summary->total_bytes, "the report does not have it");
    case MS_CHECK_MAX_ALLOCATIONS:
        return s_exact(summary->total_allocations, "the report does not have it");
    case MS_CHECK_MAX_LEAKS:
        return s_leaks(report);
    case MS_CHECK_MAX_PROBLEMS:
        return s_problems(report);
    case MS_CHECK_MAX_PADDING:
        return s_exact(summary->padding_waste_bytes,
                       "the layout of no type is known: was the program compiled with -g?");
    case MS_CHECK_MAX_STACK: /* unknown: there are no such objects */
        return s_or_none(summary->stack_peak_bytes);
    case MS_CHECK_MAX_STATIC:
        return s_or_none(summary->static_bytes);
    case MS_CHECK_MAX_TYPE:
    case MS_CHECK_MAX_VARIABLE:
    case MS_CHECK_MAX_GROWTH:
    case MS_CHECK_RULE_COUNT:
        break;
    }
    return s_exact(MEMSCOPE_UNKNOWN, NULL);
}

/* ---- the verdict ---- */

static enum ms_check_outcome s_decide(const struct s_value *value, uint64_t allowed) {
    if (value->value == MEMSCOPE_UNKNOWN || allowed == MEMSCOPE_UNKNOWN)
        return MS_CHECK_NOT_KNOWN;
    double half = value->is_estimated && isfinite(value->error_percent)
                      ? (double)value->value * value->error_percent / 100
                      : 0;
    if (half > 0) {
        if ((double)value->value - half > (double)allowed)
            return MS_CHECK_OVER;
        return (double)value->value + half > (double)allowed ? MS_CHECK_DOUBTFUL : MS_CHECK_WITHIN;
    }
    return value->value > allowed ? MS_CHECK_OVER : MS_CHECK_WITHIN;
}

/* FNV-1a over texts, each with its end. */
static uint64_t s_hash(uint64_t hash, const char *text) {
    for (text = text != NULL ? text : "\xff"; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash * UINT64_C(0x100000001b3);
}

/* Without what moves from build to build: lines, columns, directories, numbers. */
static uint64_t s_fingerprint(const struct ms_check_result *result) {
    const char *file = result->place.file;
    const char *slash = file != NULL ? strrchr(file, '/') : NULL;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    hash = s_hash(hash, ms_check_rule_info(result->limit->rule)->id);
    hash = s_hash(hash, result->what);
    hash = s_hash(hash, result->name);
    hash = s_hash(hash, slash != NULL ? slash + 1 : file);
    hash = s_hash(hash, result->place.function);
    hash = s_hash(hash, result->place.type_name);
    return s_hash(hash, result->place.var_name);
}

static enum ms_status s_add(struct s_run *run, struct ms_check_result result) {
    struct ms_check_results *results = run->results;
    void *list = ms_array_grow(results->results, &results->capacity, (uint32_t)results->count,
                               sizeof(*results->results));
    if (list == NULL)
        return MS_NO_MEMORY;
    results->results = list;
    result.fingerprint = s_fingerprint(&result);
    results->results[results->count++] = result;
    return MS_OK;
}

static struct ms_check_result s_result(const struct ms_check_limit *limit,
                                       const struct s_value *value, uint64_t allowed) {
    return (struct ms_check_result){
        .limit = limit,
        .outcome = s_decide(value, allowed),
        .what = ms_check_rule_info(limit->rule)->what,
        .value = value->value,
        .allowed = allowed,
        .old_value = MEMSCOPE_UNKNOWN,
        .is_estimated = value->is_estimated,
        .error_percent = value->error_percent,
        .reason = value->reason,
        .place = {.line = MEMSCOPE_UNKNOWN, .column = MEMSCOPE_UNKNOWN},
    };
}

static enum ms_status s_check_total(struct s_run *run, const struct ms_check_limit *limit) {
    struct s_value value = s_total(run->report, limit->rule);
    struct ms_check_result result = s_result(limit, &value, limit->limit);
    if (result.outcome != MS_CHECK_WITHIN)
        result.place = ms_check_find_place(run->report, limit->rule, NULL);
    return s_add(run, result);
}

/* ---- types and variables ---- */

/* A spelling comes before what it would mean as a pattern: "int[16]". */
static bool s_matches(const char *name, const char *wanted) {
    return name != NULL && (strcmp(name, wanted) == 0 || fnmatch(wanted, name, 0) == 0);
}

/* A peak has no ± of its own: that of the live bytes is all that is known of it. */
static enum ms_status s_check_peak(struct s_run *run, const struct ms_check_limit *limit,
                                   const char *name, uint64_t peak, double error_percent) {
    struct s_value value = {peak, s_is_sampled(run->report), error_percent,
                            limit->rule == MS_CHECK_MAX_VARIABLE
                                ? "its blocks were made elsewhere, and counted there; limit their "
                                  "type"
                                : "the report does not have it"};
    struct ms_check_result result = s_result(limit, &value, limit->limit);
    result.name = name;
    if (result.outcome != MS_CHECK_WITHIN)
        result.place = ms_check_find_place(run->report, limit->rule, name);
    return s_add(run, result);
}

static uint64_t s_larger(uint64_t a, uint64_t b) {
    if (a == MEMSCOPE_UNKNOWN || b == MEMSCOPE_UNKNOWN)
        return a == MEMSCOPE_UNKNOWN ? b : a;
    return a > b ? a : b;
}

static bool s_is_own_memory(const struct memscope_variable *variable) {
    return variable->kind != NULL &&
           (strcmp(variable->kind, "object") == 0 || strcmp(variable->kind, "static") == 0);
}

/* A static pointer that is annotated has two rows, its own memory and the blocks that it holds: a
 * limit is meant for the second. */
static bool s_is_meant(const struct memscope_report *report,
                       const struct memscope_variable *variable) {
    for (size_t i = 0; i < report->variable_count && s_is_own_memory(variable); i++) {
        const struct memscope_variable *other = &report->variables[i];
        if (!s_is_own_memory(other) && other->var_name != NULL &&
            strcmp(other->var_name, variable->var_name) == 0)
            return false;
    }
    return true;
}

static enum ms_status s_check_types(struct s_run *run, const struct ms_check_limit *limit) {
    enum ms_status status = MS_OK;
    for (size_t i = 0; status == MS_OK && i < run->report->type_count; i++) {
        const struct memscope_type_report *type = &run->report->types[i];
        if (s_matches(type->type_name, limit->name))
            status =
                s_check_peak(run, limit, type->type_name,
                             s_larger(type->peak_bytes, type->bytes_at_peak), type->error_percent);
    }
    return status;
}

static enum ms_status s_check_variables(struct s_run *run, const struct ms_check_limit *limit) {
    enum ms_status status = MS_OK;
    for (size_t i = 0; status == MS_OK && i < run->report->variable_count; i++) {
        const struct memscope_variable *variable = &run->report->variables[i];
        if (s_matches(variable->var_name, limit->name) && s_is_meant(run->report, variable))
            status = s_check_peak(run, limit, variable->var_name, variable->peak_bytes,
                                  variable->error_percent);
    }
    return status;
}

static enum ms_status s_check_named(struct s_run *run, const struct ms_check_limit *limit) {
    size_t before = run->results->count;
    enum ms_status status = limit->rule == MS_CHECK_MAX_TYPE ? s_check_types(run, limit)
                                                             : s_check_variables(run, limit);
    if (status != MS_OK || run->results->count != before)
        return status;
    struct s_value none = s_exact(0, NULL);
    struct ms_check_result result = s_result(limit, &none, limit->limit);
    result.outcome = MS_CHECK_NO_SUCH;
    result.name = limit->name;
    return s_add(run, result);
}

/* ---- growth ---- */

/* What OLD may have become; unknown when it is not known itself. */
static uint64_t s_grown(uint64_t old, const struct ms_check_limit *limit) {
    uint64_t allowed = limit->limit;
    if (old == MEMSCOPE_UNKNOWN)
        return MEMSCOPE_UNKNOWN;
    if (!isnan(limit->percent)) {
        double more = (double)old * limit->percent / 100;
        allowed = more < 1e18 ? (uint64_t)more : UINT64_MAX / 2;
    }
    return __builtin_add_overflow(old, allowed, &allowed) ? MEMSCOPE_UNKNOWN - 1 : allowed;
}

static enum ms_status s_check_growth(struct s_run *run, const struct ms_check_limit *limit) {
    static const char *const s_whats[] = {"the peak of the heap", "what was live at the end"};
    enum ms_status status = MS_OK;
    for (int live = 0; status == MS_OK && live <= 1; live++) {
        struct s_value now = live ? s_live(run->report) : s_peak(run->report);
        struct s_value before = live ? s_live(run->baseline) : s_peak(run->baseline);
        struct ms_check_result result = s_result(limit, &now, s_grown(before.value, limit));
        result.what = s_whats[live];
        result.old_value = before.value;
        if (before.value == MEMSCOPE_UNKNOWN)
            result.reason = "the baseline does not have it";
        if (result.outcome != MS_CHECK_WITHIN)
            status = ms_check_find_growth(run->report, run->baseline, live, &result.place);
        if (status == MS_OK)
            status = s_add(run, result);
    }
    return status;
}

enum ms_status ms_check_run(const struct ms_check_limit *limits, size_t count,
                            const struct memscope_report *report,
                            const struct memscope_report *baseline,
                            struct ms_check_results *results) {
    struct s_run run = {report, baseline, results};
    enum ms_status status = MS_OK;
    for (size_t i = 0; status == MS_OK && i < count; i++) {
        if (limits[i].rule == MS_CHECK_MAX_GROWTH)
            status = s_check_growth(&run, &limits[i]);
        else if (ms_check_rule_info(limits[i].rule)->is_named)
            status = s_check_named(&run, &limits[i]);
        else
            status = s_check_total(&run, &limits[i]);
    }
    return status;
}

void ms_check_results_fini(struct ms_check_results *results) {
    free(results->results);
    *results = (struct ms_check_results){NULL, 0, 0};
}
