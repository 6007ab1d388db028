/* SPDX-License-Identifier: MIT */
/* Extensions that are wrong in one way each: compiled with -DKIND, one of the names below. */
#include <memscope/extension.h>

#include <stddef.h>

static int fails(const struct memscope_report *report, FILE *out, void *context) {
    (void)report;
    (void)context;
    fputs("half of it", out);
    fflush(out);
    return 7;
}

static int writes_nothing(const struct memscope_report *report, FILE *out, void *context) {
    (void)report;
    (void)out;
    (void)context;
    return 0;
}

static int closes(const struct memscope_report *report, FILE *out, void *context) {
    (void)report;
    fputs((const char *)context, out);
    return fclose(out);
}

static int finds_too_much(const struct memscope_report *report, struct memscope_findings *findings,
                          void *context) {
    static char long_text[3001];
    (void)report;
    (void)context;
    for (size_t i = 0; i < sizeof(long_text) - 1; i++)
        long_text[i] = "\xc3\xa9"[i % 2]; /* two bytes a character */
    memscope_add_finding(findings, MEMSCOPE_SEVERITY_NOTE, "\033[31mred\nsecond line \xff", NULL);
    memscope_add_finding(findings, (enum memscope_severity)99, NULL, "a.c:1");
    memscope_add_finding(findings, MEMSCOPE_SEVERITY_ERROR, long_text, "b.c:2");
    for (int i = 0; i < 1002; i++)
        memscope_add_finding(findings, MEMSCOPE_SEVERITY_WARNING, "one of many", NULL);
    return 0;
}

static int cannot_run(const struct memscope_report *report, struct memscope_findings *findings,
                      void *context) {
    (void)report;
    (void)context;
    memscope_add_finding(findings, MEMSCOPE_SEVERITY_ERROR, "not to be seen", NULL);
    return -1;
}

#ifdef OTHER_VERSION
const struct memscope_extension_abi memscope_extension_abi = {.version = 4711};
void memscope_extension(struct memscope_registry *registry) {
#elif defined OTHER_REPORT
const struct memscope_extension_abi memscope_extension_abi = {
    .version = MEMSCOPE_EXTENSION_VERSION, .report = sizeof(struct memscope_report) + 8};
void memscope_extension(struct memscope_registry *registry) {
#elif defined NO_ENTRY
void start(struct memscope_registry *registry);
void start(struct memscope_registry *registry) {
#else
MEMSCOPE_EXTENSION(registry) {
#endif
    static const struct memscope_exporter exporters[] = {
        {"fails", NULL, fails, NULL},
        {"writes_nothing", NULL, writes_nothing, NULL},
        {"closes", "cl", closes, (void *)"closed\n"},
    };
    static const struct memscope_exporter taken = {"json", NULL, closes, NULL};
    static const struct memscope_exporter taken_extension = {"mine", "html", closes, NULL};
    static const struct memscope_exporter named = {"\033[31m red", NULL, closes, NULL};
    static const struct memscope_exporter unnamed = {NULL, NULL, closes, NULL};
    static const struct memscope_exporter empty = {"empty", NULL, NULL, NULL};
    static const struct memscope_analyzer analyzers[] = {
        {"finds_too_much", finds_too_much, NULL},
        {"cannot_run", cannot_run, NULL},
    };
#if defined EXPORTERS
    for (size_t i = 0; i < sizeof(exporters) / sizeof(exporters[0]); i++)
        memscope_register_exporter(registry, &exporters[i]);
#elif defined TAKEN
    memscope_register_exporter(registry, &taken);
#elif defined TAKEN_EXTENSION
    memscope_register_exporter(registry, &taken_extension);
#elif defined NAMED
    memscope_register_exporter(registry, &named);
#elif defined UNNAMED
memscope_register_exporter(registry, &unnamed);
#elif defined EMPTY
memscope_register_exporter(registry, &empty);
#elif defined FINDS_TOO_MUCH
memscope_register_analyzer(registry, &analyzers[0]);
#elif defined CANNOT_RUN
memscope_register_analyzer(registry, &analyzers[1]);
#elif defined TWICE
memscope_register_analyzer(registry, &analyzers[0]);
memscope_register_analyzer(registry, &analyzers[0]);
#endif
    (void)registry, (void)exporters, (void)taken, (void)taken_extension, (void)named;
    (void)unnamed, (void)empty, (void)analyzers;
}
