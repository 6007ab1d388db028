/* SPDX-License-Identifier: MIT */
/* Reports of what a program should not have done with its blocks. */
#include "model/model.h"

#include <CUnit/Basic.h>

#include "memscope/abi.h"
#include "report_check.h"

static const char s_path[] = "test_model_problems.mscope";

static uint32_t s_text(struct journal_builder *builder, const char *text) {
    return text != NULL ? journal_builder_string(builder, text) : 0;
}

static uint32_t s_add_site(struct journal_builder *builder, uint8_t kind, const char *name,
                           const char *type, const char *deallocator, uint32_t line) {
    struct ms_site site = {.kind = kind,
                           .var_name = s_text(builder, name),
                           .type_name = s_text(builder, type),
                           .file = journal_builder_string(builder, "a.c"),
                           .function = journal_builder_string(builder, "make"),
                           .deallocator = s_text(builder, deallocator),
                           .line = line};
    return journal_builder_site(builder, &site);
}

static void s_add(struct journal_builder *builder, const struct ms_problem *problem) {
    journal_builder_append(builder, MS_TABLE_PROBLEMS, problem, sizeof(*problem));
}

/* One of each kind; the largest count first. */
static void s_test_kinds(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    uint64_t frame = 0x4321;
    uint32_t made =
        s_add_site(builder, MEMSCOPE_SITE_CALL, "thing", "struct thing", "thing_free", 7);
    uint32_t release = s_add_site(builder, MEMSCOPE_SITE_RELEASE, NULL, NULL, "other_free", 9);
    uint32_t stack = journal_builder_stack(builder, &frame, 1);
    s_add(builder, &(struct ms_problem){.count = 1, .kind = MS_PROBLEM_FOREIGN_FREE});
    s_add(builder, &(struct ms_problem){.count = 4,
                                        .kind = MS_PROBLEM_WRONG_DEALLOCATOR,
                                        .made = made,
                                        .release = release,
                                        .frame = frame,
                                        .first_ns = 123,
                                        .stack = stack});
    s_add(builder, &(struct ms_problem){.count = 3, .kind = MS_PROBLEM_DOUBLE_FREE, .made = made});
    s_add(builder, &(struct ms_problem){.count = 2, .kind = MS_PROBLEM_FREED_REALLOC});
    s_add(builder, &(struct ms_problem){.kind = MS_PROBLEM_DOUBLE_FREE}); /* is not complete */
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->problem_count, 4);
    const struct memscope_problem *wrong = &report->problems[0], *twice = &report->problems[1],
                                  *moved = &report->problems[2], *foreign = &report->problems[3];
    check_same(wrong->kind, "wrong_deallocator");
    CU_ASSERT_EQUAL(wrong->count, 4);
    check_same(wrong->var_name, "thing");
    check_same(wrong->type_name, "struct thing");
    check_same(wrong->made_location, "a.c:7");
    check_same(wrong->made_function, "make");
    check_same(wrong->deallocator, "thing_free");
    check_same(wrong->freed_location, "a.c:9");
    check_same(wrong->freed_by, "other_free");
    CU_ASSERT_EQUAL(wrong->first_seen_ns, 123);
    CU_ASSERT_EQUAL(wrong->stack_id, stack);
    check_same(twice->kind, "double_free");
    check_same(twice->freed_by, "free");
    check_same(twice->freed_location, NULL);
    CU_ASSERT_EQUAL(twice->stack_id, MEMSCOPE_NO_ID);
    check_same(moved->kind, "realloc_of_freed");
    check_same(moved->freed_by, "realloc");
    check_same(moved->type_name, NULL);
    check_same(foreign->kind, "foreign_free");
    check_same(foreign->made_location, NULL);
    CU_ASSERT_TRUE(report_is_sound(report)); /* its stack is there */
    ms_report_destroy(report);
}

/* Sites, stacks and kinds that are not there. */
static void s_test_damaged(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    s_add(builder, &(struct ms_problem){.count = 1,
                                        .kind = 77,
                                        .made = 12345,
                                        .release = 54321,
                                        .stack = 99999,
                                        .frame = UINT64_MAX});
    for (uint32_t i = 0; i < MS_PROBLEM_LIMIT + 10; i++)
        s_add(builder, &(struct ms_problem){.count = 1, .kind = MS_PROBLEM_FOREIGN_FREE});
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->problem_count, MS_PROBLEM_LIMIT);
    CU_ASSERT_TRUE(report_is_sound(report));
    ms_report_destroy(report);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("model_problems", NULL, NULL);
    CU_add_test(suite, "kinds", s_test_kinds);
    CU_add_test(suite, "damaged", s_test_damaged);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
