/* SPDX-License-Identifier: MIT */
/*
 * Exporters and analyzers of the user's own: a shared library that the `memscope` program loads.
 *
 *     #include <memscope/extension.h>
 *
 *     static int write_types(const struct memscope_report *report, FILE *out, void *context) {
 *         for (size_t i = 0; i < report->type_count; i++)
 *             ...
 *         return 0;
 *     }
 *
 *     MEMSCOPE_EXTENSION(registry) {
 *         static const struct memscope_exporter exporter = {"types", "txt", write_types, NULL};
 *         memscope_register_exporter(registry, &exporter);
 *     }
 *
 *     gcc -shared -fPIC -o types.so types.c
 *     memscope export --load types.so --format types -o types.txt
 *
 * It needs no library of memscope's, only this header. It runs with the rights of whoever loads it,
 * in the program `memscope` and in no measured process, in one thread. Reports are read-only; their
 * strings come from the measured program and may hold any characters, those of terminals too.
 */
#ifndef MEMSCOPE_EXTENSION_H
#define MEMSCOPE_EXTENSION_H

#include <stdint.h>
#include <stdio.h>

#include "memscope/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What both sides must agree on. It grows when this header changes, or the meaning of a member in
 * report.h; another layout of the report is noticed by its sizes. */
#define MEMSCOPE_EXTENSION_VERSION 1u

/* A format. NAME and EXTENSION: small letters, digits, '-' and '_', at most 31. */
struct memscope_exporter {
    const char *name;      /* as in `--format NAME`; none that is there already */
    const char *extension; /* of files, without the dot: `-o` picks the format by it; NULL: NAME */
    /* Writes REPORT to OUT, which it does not close, and returns 0. Anything else, or nothing
     * written, is a failure: the output file is then what it was before. */
    int (*write)(const struct memscope_report *report, FILE *out, void *context);
    void *context;
};

struct memscope_findings;

/* What looks at a report and says what it makes of it. NAME: as of an exporter. */
struct memscope_analyzer {
    const char *name;
    /* Adds what it finds to FINDINGS and returns 0. Anything else is a failure: nothing is printed
     * or written then. It does not see the findings of others. */
    int (*run)(const struct memscope_report *report, struct memscope_findings *findings,
               void *context);
    void *context;
};

/* Given to an extension while it registers; of use to the functions below alone. */
struct memscope_registry {
    void (*add_exporter)(struct memscope_registry *registry,
                         const struct memscope_exporter *exporter);
    void (*add_analyzer)(struct memscope_registry *registry,
                         const struct memscope_analyzer *analyzer);
};

/* Given to an analyzer while it runs; likewise. */
struct memscope_findings {
    void (*add)(struct memscope_findings *findings, enum memscope_severity severity,
                const char *text, const char *location);
};

/* EXPORTER is copied, with its names. One that cannot be taken (a wrong name, or one that is there)
 * fails the loading with a line that says why. */
static inline void memscope_register_exporter(struct memscope_registry *registry,
                                              const struct memscope_exporter *exporter) {
    registry->add_exporter(registry, exporter);
}

/* The same for an analyzer. */
static inline void memscope_register_analyzer(struct memscope_registry *registry,
                                              const struct memscope_analyzer *analyzer) {
    registry->add_analyzer(registry, analyzer);
}

/* TEXT is one line; LOCATION "file:line", or NULL. Both are copied, cut at 1023 bytes. At most 1000
 * findings of all analyzers are kept; a line says how many more there were. */
static inline void memscope_add_finding(struct memscope_findings *findings,
                                        enum memscope_severity severity, const char *text,
                                        const char *location) {
    findings->add(findings, severity, text, location);
}

struct memscope_extension_abi {
    uint32_t version;
    uint32_t report, process, sampling, summary, hotspot, snapshot, gpu, site, type, member, layout,
        move, point, variable, thread, live, leak, last_seen, problem, finding, bucket, mark, phase,
        series, site_series, frame, stack, module, event, process_row, growing;
};

#define MEMSCOPE_EXTENSION_ABI                                                                     \
    {                                                                                              \
        MEMSCOPE_EXTENSION_VERSION, sizeof(struct memscope_report),                                \
            sizeof(struct memscope_process), sizeof(struct memscope_sampling),                     \
            sizeof(struct memscope_summary), sizeof(struct memscope_hotspot),                      \
            sizeof(struct memscope_system_snapshot), sizeof(struct memscope_gpu),                  \
            sizeof(struct memscope_site_report), sizeof(struct memscope_type_report),              \
            sizeof(struct memscope_member), sizeof(struct memscope_layout),                        \
            sizeof(struct memscope_move), sizeof(struct memscope_point),                           \
            sizeof(struct memscope_variable), sizeof(struct memscope_thread_report),               \
            sizeof(struct memscope_live_blocks), sizeof(struct memscope_leak),                     \
            sizeof(struct memscope_last_seen), sizeof(struct memscope_problem),                    \
            sizeof(struct memscope_finding), sizeof(struct memscope_bucket),                       \
            sizeof(struct memscope_mark_report), sizeof(struct memscope_phase),                    \
            sizeof(struct memscope_type_series), sizeof(struct memscope_site_series),              \
            sizeof(struct memscope_frame), sizeof(struct memscope_stack),                          \
            sizeof(struct memscope_module_report), sizeof(struct memscope_event),                  \
            sizeof(struct memscope_process_report), sizeof(struct memscope_growing)                \
    }

/* What an extension exports. MEMSCOPE_EXTENSION defines both. */
extern const struct memscope_extension_abi memscope_extension_abi
    __attribute__((visibility("default")));
void memscope_extension(struct memscope_registry *registry) __attribute__((visibility("default")));

/* In front of the body of the function that registers. */
#define MEMSCOPE_EXTENSION(registry)                                                               \
    const struct memscope_extension_abi memscope_extension_abi = MEMSCOPE_EXTENSION_ABI;           \
    void memscope_extension(struct memscope_registry *registry)

#ifdef __cplusplus
}
#endif

#endif
