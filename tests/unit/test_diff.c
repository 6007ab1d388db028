/* SPDX-License-Identifier: MIT */
/* Two reports by memory, type, variable and function. */
#include "compare/diff.h"

#include <CUnit/Basic.h>
#include <string.h>

#include "made_report.h"

static struct memscope_site_report s_site(const char *variable, const char *type, const char *in,
                                          uint64_t live) {
    struct memscope_site_report site =
        MADE_SITE(variable, type, in, 10, 2, 2 * live, 1, live, live + 1);
    return site;
}

/* The row of the names; NULL: there is none, or there are several. */
static const struct ms_diff_row *s_find(const struct ms_diff *diff, const char *variable,
                                        const char *type, const char *in) {
    const struct ms_diff_row *found = NULL;
    size_t count, hits = 0;
    const struct ms_diff_row *rows = ms_diff_rows(diff, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].var_name ? rows[i].var_name : "-", variable) == 0 &&
            strcmp(rows[i].type_name ? rows[i].type_name : "-", type) == 0 &&
            strcmp(rows[i].function ? rows[i].function : "-", in) == 0) {
            found = &rows[i];
            hits++;
        }
    }
    return hits == 1 ? found : NULL;
}

static struct ms_diff *s_diff(const struct memscope_report *old,
                              const struct memscope_report *now) {
    struct ms_diff *diff = NULL;
    CU_ASSERT_EQUAL_FATAL(ms_diff_new(old, now, &diff), MS_OK);
    return diff;
}

/* Lines and files do not count; type, variable and function do, each of them. */
static void s_test_groups(void) {
    struct memscope_site_report old_sites[] = {
        s_site("a", "struct t", "f", 100), s_site("a", "struct t", "f", 50),
        s_site("b", "struct t", "f", 1),   s_site("a", "struct u", "f", 2),
        s_site("a", "struct t", "g", 4),   s_site(NULL, NULL, NULL, 8),
    };
    struct memscope_site_report new_sites[] = {
        s_site("a", "struct t", "f", 120),
        s_site(NULL, NULL, NULL, 9),
        s_site("a", "struct t", "h", 16),
    };
    old_sites[1].line = 77;
    new_sites[0].file = "elsewhere/b.c";
    new_sites[0].line = 99;
    struct memscope_report old = made_report(old_sites, MADE_COUNT(old_sites));
    struct memscope_report now = made_report(new_sites, MADE_COUNT(new_sites));
    struct ms_diff *diff = s_diff(&old, &now);
    size_t count;
    ms_diff_rows(diff, &count);
    CU_ASSERT_EQUAL(count, 6);
    const struct ms_diff_row *row = s_find(diff, "a", "struct t", "f");
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    CU_ASSERT_TRUE(row->old.is_there && row->new_side.is_there);
    CU_ASSERT_EQUAL(row->old.values[MS_DIFF_live_bytes], 150);
    CU_ASSERT_EQUAL(row->old.values[MS_DIFF_live_count], 2);
    CU_ASSERT_EQUAL(row->old.values[MS_DIFF_peak_bytes], 152);
    CU_ASSERT_EQUAL(row->old.values[MS_DIFF_bytes_at_peak], 152);
    CU_ASSERT_EQUAL(row->old.values[MS_DIFF_total_bytes], 300);
    CU_ASSERT_EQUAL(row->old.values[MS_DIFF_total_count], 4);
    CU_ASSERT_EQUAL(row->new_side.values[MS_DIFF_live_bytes], 120);
    CU_ASSERT_EQUAL(row->place->line, 99); /* where it is now */
    int64_t growth = 0;
    CU_ASSERT_TRUE(ms_diff_growth(row, MS_DIFF_live_bytes, &growth));
    CU_ASSERT_EQUAL(growth, -30);
    row = s_find(diff, "a", "struct t", "g");
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    CU_ASSERT_FALSE(row->new_side.is_there);
    CU_ASSERT_TRUE(ms_diff_growth(row, MS_DIFF_live_bytes, &growth));
    CU_ASSERT_EQUAL(growth, -4);
    row = s_find(diff, "a", "struct t", "h");
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    CU_ASSERT_FALSE(row->old.is_there);
    CU_ASSERT_TRUE(ms_diff_growth(row, MS_DIFF_live_bytes, &growth));
    CU_ASSERT_EQUAL(growth, 16);
    row = s_find(diff, "-", "-", "-");
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    CU_ASSERT_EQUAL(row->new_side.values[MS_DIFF_live_bytes], 9);
    ms_diff_destroy(diff);
}

/* A block, an object on the stack, a static one and a pooled block of one name are four things. */
static void s_test_storages(void) {
    struct memscope_site_report sites[] = {s_site("a", "int", "f", 1), s_site("a", "int", "f", 2),
                                           s_site("a", "int", "f", 4), s_site("a", "int", "f", 8)};
    sites[1].kind = "object";
    sites[2].kind = "static";
    sites[3].pooled = true;
    struct memscope_report report = made_report(sites, MADE_COUNT(sites));
    struct ms_diff *diff = s_diff(&report, &report);
    size_t count;
    const struct ms_diff_row *rows = ms_diff_rows(diff, &count);
    CU_ASSERT_EQUAL_FATAL(count, 4);
    static const enum ms_storage s_order[] = {MS_STORAGE_HEAP, MS_STORAGE_STACK, MS_STORAGE_STATIC,
                                              MS_STORAGE_POOLED};
    for (size_t i = 0; i < count; i++) {
        CU_ASSERT_EQUAL(rows[i].storage, s_order[i]);
        CU_ASSERT_EQUAL(rows[i].old.values[MS_DIFF_live_bytes], UINT64_C(1) << i);
    }
    ms_diff_destroy(diff);
}

/* Sites that were never reached are no rows; what is not known of one place is not known of all. */
static void s_test_unknown_and_empty(void) {
    struct memscope_site_report old_sites[] = {s_site("a", "int", "f", 5),
                                               s_site("b", "int", "f", 5)};
    struct memscope_site_report new_sites[] = {
        s_site("a", "int", "f", 5), s_site("a", "int", "f", 5), s_site("b", "int", "f", 5)};
    new_sites[1].peak_bytes = MEMSCOPE_UNKNOWN;
    new_sites[2] = (struct memscope_site_report){
        .kind = "variable", .var_name = "unused", .type_name = "int", .function = "f"};
    struct memscope_report old = made_report(old_sites, 2), now = made_report(new_sites, 3);
    old.summary.peak_known_bytes = MEMSCOPE_UNKNOWN;
    struct ms_diff *diff = s_diff(&old, &now);
    size_t count;
    int64_t growth;
    const struct ms_diff_row *rows = ms_diff_rows(diff, &count);
    CU_ASSERT_EQUAL_FATAL(count, 2);
    CU_ASSERT_FALSE(ms_diff_growth(&rows[0], MS_DIFF_peak_bytes, &growth));
    CU_ASSERT_FALSE(ms_diff_growth(&rows[0], MS_DIFF_bytes_at_peak, &growth));
    CU_ASSERT_TRUE(ms_diff_growth(&rows[0], MS_DIFF_live_bytes, &growth));
    CU_ASSERT_EQUAL(growth, 5);
    ms_diff_destroy(diff);
}

/* Independent estimates: 3 and 4 bytes to either side are 5 of the sum. */
static void s_test_errors(void) {
    struct memscope_site_report sites[] = {s_site("a", "int", "f", 100),
                                           s_site("a", "int", "f", 400)};
    sites[0].error_percent = 3;
    sites[1].error_percent = 1;
    struct memscope_report report = made_report(sites, 2);
    struct ms_diff *diff = s_diff(&report, &report);
    size_t count;
    CU_ASSERT_DOUBLE_EQUAL(ms_diff_error_bytes(&ms_diff_rows(diff, &count)->old), 5, 1e-9);
    ms_diff_destroy(diff);
    sites[1].error_percent = NAN;
    diff = s_diff(&report, &report);
    CU_ASSERT_TRUE(isnan(ms_diff_error_bytes(&ms_diff_rows(diff, &count)->old)));
    ms_diff_destroy(diff);
}

int main(void) {
    static CU_TestInfo s_tests[] = {
        {"groups", s_test_groups},
        {"storages", s_test_storages},
        {"unknown and empty", s_test_unknown_and_empty},
        {"errors", s_test_errors},
        CU_TEST_INFO_NULL,
    };
    static CU_SuiteInfo s_suites[] = {
        {.pName = "diff", .pTests = s_tests},
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
