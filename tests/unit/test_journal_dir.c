/* SPDX-License-Identifier: MIT */
#include "base/journal_dir.h"

#include <CUnit/Basic.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void s_test_directory(void) {
    char path[64];
    setenv("MEMSCOPE_DIR", "/var/journals", 1);
    setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
    CU_ASSERT_TRUE(ms_journal_dir_path(path, sizeof(path), 7));
    CU_ASSERT_STRING_EQUAL(path, "/var/journals");
    setenv("MEMSCOPE_DIR", "", 1);
    CU_ASSERT_TRUE(ms_journal_dir_path(path, sizeof(path), 7));
    CU_ASSERT_STRING_EQUAL(path, "/run/user/7/memscope");
    unsetenv("MEMSCOPE_DIR");
    unsetenv("XDG_RUNTIME_DIR");
    CU_ASSERT_TRUE(ms_journal_dir_path(path, sizeof(path), 0));
    CU_ASSERT_STRING_EQUAL(path, "/tmp/memscope-0");
    CU_ASSERT_TRUE(ms_journal_dir_path(path, sizeof(path), UINT32_MAX));
    CU_ASSERT_STRING_EQUAL(path, "/tmp/memscope-4294967295");
}

static void s_test_expand(void) {
    char path[64];
    CU_ASSERT_TRUE(ms_journal_dir_expand(path, sizeof(path), MS_JOURNAL_DIR_PATTERN,
                                         "/usr/bin/redis-server", 4711, "h"));
    CU_ASSERT_STRING_EQUAL(path, "redis-server.4711.mscope");
    CU_ASSERT_TRUE(ms_journal_dir_expand(path, sizeof(path), "%h/%%%e%%%p", "prog", 0, "my/host"));
    CU_ASSERT_STRING_EQUAL(path, "my_host/%prog%0");
    CU_ASSERT_TRUE(ms_journal_dir_expand(path, sizeof(path), "plain", "p", 1, "h"));
    CU_ASSERT_STRING_EQUAL(path, "plain");
    CU_ASSERT_TRUE(ms_journal_dir_expand(path, sizeof(path), "", "p", 1, "h"));
    CU_ASSERT_STRING_EQUAL(path, "");
}

static void s_test_bad_patterns(void) {
    char path[64];
    CU_ASSERT_FALSE(ms_journal_dir_expand(path, sizeof(path), "a%q", "p", 1, "h"));
    CU_ASSERT_FALSE(ms_journal_dir_expand(path, sizeof(path), "a%", "p", 1, "h"));
}

/* The buffer is as large as it was said to be, and not a byte behind it is written. */
static void s_test_sizes(void) {
    char path[8] = "zzzzzzz";
    CU_ASSERT_TRUE(ms_journal_dir_expand(path, 5, "%e", "four", 1, "h"));
    CU_ASSERT_STRING_EQUAL(path, "four");
    CU_ASSERT_EQUAL(path[5], 'z');
    CU_ASSERT_FALSE(ms_journal_dir_expand(path, 4, "%e", "four", 1, "h"));
    CU_ASSERT_EQUAL(path[5], 'z');
    CU_ASSERT_FALSE(ms_journal_dir_expand(path, 1, "%p", "p", 1, "h"));
    CU_ASSERT_FALSE(ms_journal_dir_expand(path, 0, "", "p", 1, "h"));
    setenv("MEMSCOPE_DIR", "1234567", 1);
    CU_ASSERT_TRUE(ms_journal_dir_path(path, 8, 1));
    CU_ASSERT_FALSE(ms_journal_dir_path(path, 7, 1));
    CU_ASSERT_FALSE(ms_journal_dir_path(path, 0, 1));
}

static void s_test_keeps_errno(void) {
    char path[4];
    errno = 12345;
    ms_journal_dir_path(path, sizeof(path), 1);
    ms_journal_dir_expand(path, sizeof(path), "%h%h%h", "p", 1, "host");
    CU_ASSERT_EQUAL(errno, 12345);
}

int main(void) {
    static CU_TestInfo s_tests[] = {
        {"directory", s_test_directory},       {"expand", s_test_expand},
        {"bad patterns", s_test_bad_patterns}, {"sizes", s_test_sizes},
        {"errno is kept", s_test_keeps_errno}, CU_TEST_INFO_NULL,
    };
    static CU_SuiteInfo s_suites[] = {
        {.pName = "journal_dir", .pTests = s_tests},
        CU_SUITE_INFO_NULL,
    };
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(s_suites) != CUE_SUCCESS)
        return 1;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
