/* SPDX-License-Identifier: MIT */
/* Patterns of suppressions: what LeakSanitizer's documentation says of them. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stddef.h>
#include <string.h>

#include "cli/suppressions.h"

static void test_patterns(void) {
    static const struct {
        const char *pattern, *name;
        bool matches;
    } s_cases[] = {
        {"", "", true},
        {"", "anything", true},
        {"make", "make", true},
        {"make", "remake_all", true},
        {"make", "mak", false},
        {"^make", "make_all", true},
        {"^make", "remake", false},
        {"make$", "remake", true},
        {"make$", "make_all", false},
        {"^make$", "make", true},
        {"^make$", "makemake", false},
        {"make$", "makemake", true}, /* the last one counts, too */
        {"m*e", "xmakex", true},
        {"^m*e$", "make more", true},
        {"^m*e$", "make mores", false},
        {"a*b*c$", "aXbXbXc", true},
        {"a*b*c$", "aXcXb", false},
        {"^*$", "anything", true},
        {"*", "", true},
        {"a$b", "a$b", true}, /* not at its end it is a dollar sign */
        {"^", "x", true},
        {"$", "x", true},
        {"libfoo*.so", "/usr/lib/libfoo-2.so.1", true},
    };
    for (size_t i = 0; i < sizeof(s_cases) / sizeof(s_cases[0]); i++)
        CU_ASSERT_EQUAL(ms_suppressions_matches(s_cases[i].pattern, s_cases[i].name),
                        s_cases[i].matches);
    CU_ASSERT_FALSE(ms_suppressions_matches("", NULL));
}

static void test_frames(void) {
    const struct memscope_frame frames[] = {
        {.function = "inner", .file = "/src/inner.c", .module = "/lib/libinner.so"},
        {.function = NULL, .file = NULL, .module = "/bin/program"},
    };
    const struct memscope_stack stack = {.frames = frames, .frame_count = 2};
    const struct memscope_leak leak = {.function = "made_in", .location = "made.c:5"};
    static char *const s_matching[] = {"^inner$",  "inner.c$", "libinner",
                                       "program$", "made_in",  "made.c"};
    static char *const s_others[] = {"outer", "^program"};
    for (size_t i = 0; i < sizeof(s_matching) / sizeof(s_matching[0]); i++) {
        struct ms_suppression one[] = {{.pattern = "never"}, {.pattern = s_matching[i]}};
        struct ms_suppressions both = {one, 2};
        CU_ASSERT_PTR_EQUAL(ms_suppressions_match(&both, &stack, &leak), &one[1]);
    }
    for (size_t i = 0; i < sizeof(s_others) / sizeof(s_others[0]); i++) {
        struct ms_suppression one = {.pattern = s_others[i]};
        struct ms_suppressions alone = {&one, 1};
        CU_ASSERT_PTR_NULL(ms_suppressions_match(&alone, &stack, &leak));
        CU_ASSERT_PTR_NULL(ms_suppressions_match(&alone, NULL, &leak));
    }
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("suppressions", NULL, NULL);
    CU_ADD_TEST(suite, test_patterns);
    CU_ADD_TEST(suite, test_frames);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
