/* SPDX-License-Identifier: MIT */
/* Which leaks of a report are shown, and put together how. */
#ifndef MS_CLI_LEAK_ROWS_H
#define MS_CLI_LEAK_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memscope/report.h"

struct ms_suppressions;

/* What leaks with the same text count as one. X(NAME, "as it is typed") */
#define MS_LEAK_GROUPS(X)                                                                          \
    X(ALL, "all") /* the report's own rows */                                                      \
    X(VARIABLE, "variable")                                                                        \
    X(TYPE, "type")                                                                                \
    X(SITE, "site")                                                                                \
    X(STACK, "stack")

enum ms_leak_group {
#define X(name, spelling) MS_LEAK_BY_##name,
    MS_LEAK_GROUPS(X)
#undef X
        MS_LEAK_GROUP_COUNT
};

struct ms_leak_sum {
    uint64_t count, bytes;
};

struct ms_leak_rows {
    struct memscope_leak *all; /* of the report's strings */
    size_t count;
    struct ms_leak_sum unreachable, indirect, unknown, reachable; /* without what is suppressed */
    struct ms_leak_sum suppressed;
    struct ms_leak_sum of_libc; /* of the unknown ones: the C library's own, which come last */
};

/* WITH_REACHABLE: also those that the program can still reach. Of all others those are shown that
 * nothing in SUPPRESSIONS matches, which counts them. */
void ms_leak_rows_init(struct ms_leak_rows *rows, const struct memscope_report *report,
                       enum ms_leak_group group, bool with_reachable,
                       struct ms_suppressions *suppressions);
void ms_leak_rows_fini(struct ms_leak_rows *rows);

#endif
