/* SPDX-License-Identifier: MIT */
/* A scenario in a process of its own, for what ends, breaks or changes a process for good. */
#ifndef MS_TESTS_CHILD_H
#define MS_TESTS_CHILD_H

/* Forks, runs BODY in the child, which exits with its result. The exit status, 1000 + signal when
 * one ended it, or -1 when it did not end within 20 s. */
int child_run(int (*body)(void));

/* In a body: leaves it with the number of the line when CONDITION does not hold. */
#define CHILD_CHECK(condition)                                                                     \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return child_report(__FILE__, __LINE__, #condition);                                   \
    } while (0)

/* Says it on standard error; 1. */
int child_report(const char *file, int line, const char *condition);

#endif
