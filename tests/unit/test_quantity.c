/* SPDX-License-Identifier: MIT */
/* Sizes, percentages and counts as they are typed. */
#include "cli/quantity.h"

#include <CUnit/Basic.h>

static void s_test_bytes(void) {
    static const struct {
        const char *text;
        uint64_t bytes;
    } s_good[] = {
        {"0", 0},
        {"1023", 1023},
        {"64M", UINT64_C(64) << 20},
        {"64m", UINT64_C(64) << 20},
        {"64MiB", UINT64_C(64) << 20},
        {"64 MiB", UINT64_C(64) << 20},
        {"1.5K", 1536},
        {"2G", UINT64_C(2) << 30},
        {"3TiB", UINT64_C(3) << 40},
        {"10kB", 10000},
        {"64MB", 64000000},
        {"7B", 7},
        {"9223372036854775807", INT64_MAX},
    };
    static const char *const s_bad[] = {
        "",     "M",   "-1",     "+1",  " 1",  "1x", "1MM",      "1Mi",
        "0x10", "1e3", "1.2.3M", "inf", "nan", "5%", "8388608T", "9223372036854775808",
        ".5M",
    };
    for (size_t i = 0; i < sizeof(s_good) / sizeof(s_good[0]); i++) {
        uint64_t bytes = 1;
        CU_ASSERT_TRUE(ms_quantity_bytes(s_good[i].text, &bytes));
        CU_ASSERT_EQUAL(bytes, s_good[i].bytes);
    }
    for (size_t i = 0; i < sizeof(s_bad) / sizeof(s_bad[0]); i++) {
        uint64_t bytes;
        CU_ASSERT_FALSE(ms_quantity_bytes(s_bad[i], &bytes));
    }
}

static void s_test_percent(void) {
    double percent = -1;
    CU_ASSERT_TRUE(ms_quantity_percent("5%", &percent));
    CU_ASSERT_EQUAL(percent, 5);
    CU_ASSERT_TRUE(ms_quantity_percent("0.5 %", &percent));
    CU_ASSERT_EQUAL(percent, 0.5);
    CU_ASSERT_FALSE(ms_quantity_percent("5", &percent));
    CU_ASSERT_FALSE(ms_quantity_percent("-5%", &percent));
    CU_ASSERT_FALSE(ms_quantity_percent("5%%", &percent));
    CU_ASSERT_FALSE(ms_quantity_percent("%", &percent));
}

static void s_test_count(void) {
    uint64_t count = 1;
    CU_ASSERT_TRUE(ms_quantity_count("0", &count));
    CU_ASSERT_EQUAL(count, 0);
    CU_ASSERT_TRUE(ms_quantity_count("12", &count));
    CU_ASSERT_EQUAL(count, 12);
    CU_ASSERT_FALSE(ms_quantity_count("", &count));
    CU_ASSERT_FALSE(ms_quantity_count("-1", &count));
    CU_ASSERT_FALSE(ms_quantity_count("1K", &count));
    CU_ASSERT_FALSE(ms_quantity_count("99999999999999999999", &count));
}

int main(void) {
    static CU_TestInfo s_tests[] = {
        {"bytes", s_test_bytes},
        {"percent", s_test_percent},
        {"count", s_test_count},
        CU_TEST_INFO_NULL,
    };
    static CU_SuiteInfo s_suites[] = {
        {.pName = "quantity", .pTests = s_tests},
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
