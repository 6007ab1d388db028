/* SPDX-License-Identifier: MIT */
/* Reports of memory that is not on the heap: objects on the stack, and static ones. */
#include "model/model.h"

#include <CUnit/Basic.h>
#include <math.h>
#include <string.h>

#include "memscope/abi.h"
#include "report_check.h"
#include "sample_journal.h"

static const char s_path[] = "test_model_objects.mscope";

static uint32_t s_add(struct journal_builder *builder, uint8_t kind, const char *name,
                      const char *type, uint64_t size, uint32_t flags, uint16_t module) {
    struct ms_site site = {.kind = kind,
                           .evidence = MEMSCOPE_EVIDENCE_DECLARED,
                           .var_name = journal_builder_string(builder, name),
                           .type_name = journal_builder_string(builder, type),
                           .file = journal_builder_string(builder, "a.c"),
                           .line = (uint32_t)size,
                           .type_size = size,
                           .flags = flags,
                           .module = module};
    return journal_builder_site(builder, &site);
}

static const struct memscope_site_report *s_site(const struct memscope_report *report,
                                                 const char *name) {
    for (size_t i = 0; i < report->site_count; i++)
        if (report->sites[i].var_name != NULL && strcmp(report->sites[i].var_name, name) == 0)
            return &report->sites[i];
    return NULL;
}

static const struct memscope_variable *s_variable(const struct memscope_report *report,
                                                  const char *name) {
    for (size_t i = 0; i < report->variable_count; i++)
        if (strcmp(report->variables[i].var_name, name) == 0)
            return &report->variables[i];
    return NULL;
}

/* An object's counters are told of, and are not in what is said of the heap. */
static void s_test_stack(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    uint32_t object = s_add(builder, MEMSCOPE_SITE_OBJECT, "line", "char[80]", 80, 0, 0);
    uint32_t call = s_add(builder, MEMSCOPE_SITE_CALL, "block", "struct s", 8, 0, 0);
    *journal_builder_counter(builder, 0, object) = (struct ms_counter){.allocations = 10,
                                                                       .alloc_bytes = 800,
                                                                       .frees = 9,
                                                                       .free_bytes = 720,
                                                                       .peak_bytes = 240,
                                                                       .jumped = 2};
    *journal_builder_counter(builder, 0, call) =
        (struct ms_counter){.allocations = 3, .alloc_bytes = 24, .frees = 3, .free_bytes = 24};
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->summary.total_allocations, 3);
    CU_ASSERT_EQUAL(report->summary.total_bytes, 24);
    CU_ASSERT_EQUAL(report->summary.active_allocations, 0);
    CU_ASSERT_EQUAL(report->summary.current_memory_bytes, 0);
    CU_ASSERT_DOUBLE_EQUAL(report->summary.typed_bytes_percent, 100, 1e-9);
    CU_ASSERT_EQUAL(report->hotspot_count, 1);
    CU_ASSERT_EQUAL(report->type_count, 1);
    CU_ASSERT_EQUAL(report->leak_count, 0);
    CU_ASSERT_EQUAL(report->lifetime_count, 1);
    CU_ASSERT_EQUAL(report->lifetimes[0].count, 3);
    const struct memscope_site_report *site = s_site(report, "line");
    CU_ASSERT_PTR_NOT_NULL_FATAL(site);
    check_same(site->kind, "object");
    CU_ASSERT_EQUAL(site->total_allocations, 10);
    CU_ASSERT_EQUAL(site->total_bytes, 800);
    CU_ASSERT_EQUAL(site->live_allocations, 1);
    CU_ASSERT_EQUAL(site->live_bytes, 80);
    CU_ASSERT_EQUAL(site->peak_bytes, 240);
    CU_ASSERT_EQUAL(site->left_by_jump, 2);
    const struct memscope_variable *variable = s_variable(report, "line");
    CU_ASSERT_PTR_NOT_NULL_FATAL(variable);
    check_same(variable->kind, "object");
    CU_ASSERT_EQUAL(variable->live_bytes, 80);
    CU_ASSERT_EQUAL(variable->peak_bytes, 240);
    CU_ASSERT_EQUAL(variable->total_bytes, 800);
    CU_ASSERT_EQUAL(variable->total_allocations, 10);
    CU_ASSERT_EQUAL(report->summary.stack_peak_bytes, 0);
    CU_ASSERT_EQUAL(report->summary.static_bytes, MEMSCOPE_UNKNOWN);
    ms_report_destroy(report);
}

static void s_add_thread(struct journal_builder *builder, uint64_t start, uint64_t end,
                         uint64_t peak) {
    struct ms_thread_record thread = {
        .tid = 1, .start_ns = start, .end_ns = end, .stack_peak_bytes = peak};
    journal_builder_thread(builder, &thread);
}

/* The peaks of threads that ran together are added, those of others are not. */
static void s_test_stack_peak(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    s_add(builder, MEMSCOPE_SITE_OBJECT, "line", "char[80]", 80, 0, 0);
    s_add_thread(builder, 10, 20, 500);
    s_add_thread(builder, 21, 30, 400);
    s_add_thread(builder, 30, 40, 300); /* touches the second */
    s_add_thread(builder, 50, 0, 1);    /* still runs */
    s_add_thread(builder, 60, 70, 0);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->summary.stack_peak_bytes, 700);
    CU_ASSERT_EQUAL_FATAL(report->thread_count, 5);
    CU_ASSERT_EQUAL(report->threads[0].stack_peak_bytes, 500);
    CU_ASSERT_EQUAL(report->threads[4].stack_peak_bytes, MEMSCOPE_UNKNOWN);
    ms_report_destroy(report);
}

static uint16_t s_add_module(struct journal_builder *builder, const char *path) {
    struct ms_module module = {.start = 1, .end = 2, .path = journal_builder_string(builder, path)};
    return (uint16_t)journal_builder_module(builder, &module);
}

static void s_test_statics(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    uint16_t program = s_add_module(builder, "/program"), old = s_add_module(builder, "/lib.so"),
             again = s_add_module(builder, "/lib.so");
    s_add(builder, MEMSCOPE_SITE_STATIC, "table", "int[16]", 64, 0, program);
    s_add(builder, MEMSCOPE_SITE_STATIC, "common", "long", 8, MEMSCOPE_SITE_SHARED, program);
    s_add(builder, MEMSCOPE_SITE_STATIC, "common", "long", 8, MEMSCOPE_SITE_SHARED, program);
    s_add(builder, MEMSCOPE_SITE_STATIC, "common", "short", 2, MEMSCOPE_SITE_SHARED, program);
    /* Two units with a header that has it: two objects. */
    s_add(builder, MEMSCOPE_SITE_STATIC, "header", "char[3]", 3, 0, program);
    s_add(builder, MEMSCOPE_SITE_STATIC, "header", "char[3]", 3, 0, program);
    /* A library that was loaded twice. */
    s_add(builder, MEMSCOPE_SITE_STATIC, "library", "char[100]", 100, 0, old);
    s_add(builder, MEMSCOPE_SITE_STATIC, "library", "char[100]", 100, 0, again);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->summary.static_bytes, 64 + 8 + 2 + 2 * 3 + 100);
    CU_ASSERT_EQUAL(report->summary.stack_peak_bytes, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(report->summary.total_bytes, 0);
    CU_ASSERT_EQUAL(report->site_count, 6);
    CU_ASSERT_EQUAL(report->hotspot_count, 0);
    CU_ASSERT_EQUAL(report->type_count, 0);
    CU_ASSERT_EQUAL(report->variable_count, 5);
    const struct memscope_variable *table = s_variable(report, "table");
    CU_ASSERT_PTR_NOT_NULL_FATAL(table);
    check_same(table->kind, "static");
    check_same(table->type_name, "int[16]");
    CU_ASSERT_EQUAL(table->live_bytes, 64);
    CU_ASSERT_EQUAL(table->peak_bytes, 64);
    CU_ASSERT_EQUAL(s_variable(report, "header")->live_bytes, 6);
    CU_ASSERT_EQUAL(s_site(report, "library")->live_bytes, 100);
    ms_report_destroy(report);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("model_objects", NULL, NULL);
    CU_add_test(suite, "stack", s_test_stack);
    CU_add_test(suite, "stack peak", s_test_stack_peak);
    CU_add_test(suite, "statics", s_test_statics);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
