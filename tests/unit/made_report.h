/* SPDX-License-Identifier: MIT */
/* A report whose few rows a test writes down: what the modules that compare reports are tested on.
 */
#ifndef TESTS_UNIT_MADE_REPORT_H
#define TESTS_UNIT_MADE_REPORT_H

#include <math.h>

#include "memscope/report.h"

#define MADE_COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* An exact report of a process that has exited, with SITES alone. */
static inline struct memscope_report made_report(const struct memscope_site_report *sites,
                                                 size_t count) {
    struct memscope_report report = {
        .process = {.pid = 7, .executable = "/opt/bin/server", .exit = MEMSCOPE_EXIT_EXITED},
        .sampling = {.preset = "full", .sample_rate = 1, .exact = true, .heap_bytes = "requested"},
        .summary = {.padding_waste_bytes = MEMSCOPE_UNKNOWN,
                    .stack_peak_bytes = MEMSCOPE_UNKNOWN,
                    .static_bytes = MEMSCOPE_UNKNOWN,
                    .typed_bytes_percent = NAN},
        .sites = sites,
        .site_count = count,
    };
    for (size_t i = 0; i < count; i++) {
        report.summary.total_allocations += sites[i].total_allocations;
        report.summary.total_bytes += sites[i].total_bytes;
        report.summary.active_allocations += sites[i].live_allocations;
        report.summary.current_memory_bytes += sites[i].live_bytes;
        report.summary.peak_memory_bytes += sites[i].bytes_at_peak;
    }
    report.summary.peak_known_bytes = report.summary.peak_memory_bytes;
    return report;
}

/* A heap site: as many bytes at the peak as its own peak. */
#define MADE_SITE(variable, type, in, at_line, count, total, live_count, live, peak)               \
    {                                                                                              \
        .kind = "call", .evidence = "declared", .var_name = variable, .type_name = type,           \
        .file = "src/a.c", .line = at_line, .column = 5, .function = in,                           \
        .total_allocations = count, .total_bytes = total, .live_allocations = live_count,          \
        .live_bytes = live, .peak_bytes = peak, .bytes_at_peak = peak,                             \
        .total_elements = MEMSCOPE_UNKNOWN, .live_elements = MEMSCOPE_UNKNOWN                      \
    }

#endif
