/* SPDX-License-Identifier: MIT */
/*
 * Limits on a report: what is over them, and the place in the source that has most to do with it.
 *
 * Numbers that are estimated from samples have a ±. Such a number is over a limit when its low end
 * is; when the limit lies between its low and its high end that is told apart, for the caller to
 * decide. What is not known is never within a limit.
 */
#ifndef MS_COMPARE_CHECK_H
#define MS_COMPARE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "memscope/report.h"

enum ms_check_rule {
#define X(name, id, unit, named, what, purpose) MS_CHECK_##name,
#include "compare/check_rules.def"
#undef X
    MS_CHECK_RULE_COUNT
};

struct ms_check_rule_info {
    const char *id;
    bool is_bytes;
    bool is_named;
    const char *what;
    const char *purpose;
};
const struct ms_check_rule_info *ms_check_rule_info(enum ms_check_rule rule);

struct ms_check_limit {
    enum ms_check_rule rule;
    const char *name; /* of a type or variable: its spelling or a pattern (fnmatch); else NULL */
    uint64_t limit;   /* bytes or number */
    double percent;   /* of growth: used in place of `limit` unless it is NaN */
};

enum ms_check_outcome {
    MS_CHECK_WITHIN,
    MS_CHECK_OVER,
    MS_CHECK_DOUBTFUL,  /* estimated: the limit is inside of its ± */
    MS_CHECK_NOT_KNOWN, /* the report does not have the number; `reason` says why */
    MS_CHECK_NO_SUCH,   /* the report has no such type or variable: nothing is over */
};

/* A place in the source and what it allocates; NULLs and unknown where there is none. */
struct ms_check_place {
    const char *file;
    uint64_t line;
    uint64_t column;
    const char *function;
    const char *type_name;
    const char *var_name;
    uint64_t bytes; /* its part of the number that is limited, as far as there is such; 0: none */
};

struct ms_check_result {
    const struct ms_check_limit *limit;
    enum ms_check_outcome outcome;
    const char *what;            /* of growth: "the peak of the heap"; else what the rule says */
    const char *name;            /* of the type or variable; NULL: none */
    uint64_t value;              /* unknown: it is not known */
    uint64_t allowed;            /* the limit in the unit of `value` */
    uint64_t old_value;          /* of growth: the baseline's, else unknown */
    bool is_estimated;           /* from samples */
    double error_percent;        /* ±, where it is estimated; NaN: not known */
    const char *reason;          /* why it is not known */
    struct ms_check_place place; /* the largest behind it */
    uint64_t fingerprint; /* the same in other builds: of rule, name, type, variable and function */
};

struct ms_check_results {
    struct ms_check_result *results; /* in the order of the limits */
    size_t count;
    uint32_t capacity;
};

/* Holds LIMITS against REPORT. BASELINE may be NULL when no limit is of growth. The results borrow
 * from all of them. MS_OK or MS_NO_MEMORY; RESULTS, zeroed before, is to be freed in any case. Any
 * thread. */
enum ms_status ms_check_run(const struct ms_check_limit *limits, size_t count,
                            const struct memscope_report *report,
                            const struct memscope_report *baseline,
                            struct ms_check_results *results);
void ms_check_results_fini(struct ms_check_results *results);

/* The place in REPORT, in the source as far as it is known, with the largest part of what RULE
 * limits; of a named rule, what is made of NAME. */
struct ms_check_place ms_check_find_place(const struct memscope_report *report,
                                          enum ms_check_rule rule, const char *name);

/* The place of what has grown most since BASELINE, at the peak or of what is LIVE. MS_OK or
 * MS_NO_MEMORY. */
enum ms_status ms_check_find_growth(const struct memscope_report *report,
                                    const struct memscope_report *baseline, bool live,
                                    struct ms_check_place *place);

#endif
