/* SPDX-License-Identifier: MIT */
/*
 * Reports made up for tests: every field is filled, numbers and names follow from the arguments
 * alone, and some names are what a hostile program would choose.
 */
#ifndef TESTS_UNIT_SAMPLE_REPORT_H
#define TESTS_UNIT_SAMPLE_REPORT_H

#include <stddef.h>

#include "memscope/report.h"

/* Set by a page that runs what a name says: <img src=x onerror=...> and friends set it. */
#define SAMPLE_INJECTION_MARK "memscope_injected"
#define SAMPLE_LONG_NAME_SIZE 10000u
#define SAMPLE_HOSTILE_COUNT  8u

/* The names a hostile program would choose, SAMPLE_HOSTILE_COUNT of them. All are UTF-8. */
const char *sample_hostile_name(size_t index);

/* ROWS rows in each table (sites, types, hotspots, variables, leaks, stacks), at least
 * SAMPLE_HOSTILE_COUNT; POINTS points in time. NULL: out of memory. */
struct memscope_report *sample_report_new(size_t rows, size_t points);

/* A report of a program that never allocated, with nothing in any table. */
struct memscope_report *sample_report_new_empty(void);

void sample_report_destroy(struct memscope_report *report);

#endif
