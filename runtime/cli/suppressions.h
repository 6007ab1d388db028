/* SPDX-License-Identifier: MIT */
/*
 * Leaks that are known: a file in the syntax of LeakSanitizer, "leak:PATTERN" a line, "#" begins a
 * comment. PATTERN is looked for in the name of each function, file and module of the stack that
 * made the blocks; "*" stands for anything, "^" at its start and "$" at its end for those of the
 * name.
 */
#ifndef MS_CLI_SUPPRESSIONS_H
#define MS_CLI_SUPPRESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memscope/report.h"

struct ms_suppression {
    char *pattern;
    uint64_t count, bytes; /* of what it has matched */
};

struct ms_suppressions {
    struct ms_suppression *all;
    size_t count;
};

/* Adds those of the file PATH; false after one line that names what is wrong in it. */
bool ms_suppressions_read(struct ms_suppressions *suppressions, const char *path);
void ms_suppressions_fini(struct ms_suppressions *suppressions);

/* The first one that matches LEAK, of which STACK (NULL: not known) is the stack; NULL: none. */
struct ms_suppression *ms_suppressions_match(const struct ms_suppressions *suppressions,
                                             const struct memscope_stack *stack,
                                             const struct memscope_leak *leak);

/* Whether NAME has PATTERN in it. */
bool ms_suppressions_matches(const char *pattern, const char *name);

#endif
