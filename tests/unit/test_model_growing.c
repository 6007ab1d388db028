/* SPDX-License-Identifier: MIT */
/* Places that have grown all the time, out of series of live bytes. */
#include "model/model.h"

#include <CUnit/Basic.h>
#include <string.h>
#include <unistd.h>

#include "memscope/abi.h"
#include "report_check.h"
#include "sample_journal.h"

static const char s_path[] = "test_model_growing.mscope";

#define TICKS 80u

/* The report of a process with one site and these live bytes at each tick; MARKS marks, evenly. */
static struct memscope_report *s_report(uint64_t (*bytes)(unsigned tick), unsigned ticks,
                                        unsigned marks) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_site site = {.kind = MEMSCOPE_SITE_VARIABLE, .line = 5};
    site.var_name = journal_builder_string(builder, "head");
    site.type_name = journal_builder_string(builder, "struct node");
    site.file = journal_builder_string(builder, "list.c");
    site.function = journal_builder_string(builder, "fill");
    uint32_t id = journal_builder_site(builder, &site);
    for (unsigned i = 0; i < ticks; i++) {
        struct ms_tick tick = {.time_ns = 1000 + i * 100, .heap_live_bytes = 1};
        if (bytes(i) != 0)
            tick.shares[MS_SHARES_OF_TYPES] = (struct ms_share){2, id, bytes(i)};
        else
            tick.shares[0] = (struct ms_share){1, site.type_name, 1};
        journal_builder_tick(builder, &tick);
    }
    for (unsigned i = 0; i < marks; i++) {
        struct ms_mark mark = {.time_ns = 1000 + i * (ticks * 100 / marks), .name = site.function};
        journal_builder_append(builder, MS_TABLE_MARKS, &mark, sizeof(mark));
    }
    return report_of_builder(s_path, builder, NULL);
}

/* Whether that is a finding, and by what. */
static const char *s_finding(uint64_t (*bytes)(unsigned tick), unsigned ticks, unsigned marks) {
    static char s_by[8];
    struct memscope_report *report = s_report(bytes, ticks, marks);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    strcpy(s_by, report->growing_count == 0 ? "no" : report->growing[0].by);
    ms_report_destroy(report);
    return s_by;
}

static uint64_t s_line(unsigned tick) {
    return 1000 + tick * 1000;
}

static uint64_t s_saw(unsigned tick) { /* most of it is given back, over and over */
    return 1000 + tick * 1000 + tick % 5 * 1000000;
}

static uint64_t s_full_saw(unsigned tick) {
    return 1000 + tick % 5 * (100000 + tick * 1000);
}

static uint64_t s_filled(unsigned tick) {
    return tick < 40 ? 1000 + tick * 10000 : 400000;
}

static uint64_t s_cleaned_up(unsigned tick) {
    return tick < TICKS - 4 ? 1000 + tick * 1000 : 0;
}

static uint64_t s_once_large(unsigned tick) {
    return tick < 40 ? 1000 + tick * 1000 : 500;
}

static uint64_t s_little(unsigned tick) {
    return 1000 + tick * 40;
}

static uint64_t s_beside(unsigned tick) { /* less than a tenth */
    return 10000000 + tick * 10000;
}

static uint64_t s_late(unsigned tick) {
    return tick < 40 ? 0 : 1000 + tick * 1000;
}

static uint64_t s_steps(unsigned tick) { /* one in 20 ticks: not in each eighth, but at each mark */
    return 1000 + tick / 20 * 100000;
}

static void s_test_findings(void) {
    CU_ASSERT_STRING_EQUAL(s_finding(s_line, TICKS, 0), "time");
    CU_ASSERT_STRING_EQUAL(s_finding(s_line, 16, 0), "time");
    CU_ASSERT_STRING_EQUAL(s_finding(s_line, 15, 0), "no");
    CU_ASSERT_STRING_EQUAL(s_finding(s_saw, TICKS, 0), "time");
    CU_ASSERT_STRING_EQUAL(s_finding(s_full_saw, TICKS, 0), "no");
    CU_ASSERT_STRING_EQUAL(s_finding(s_filled, TICKS, 0), "no");
    CU_ASSERT_STRING_EQUAL(s_finding(s_cleaned_up, TICKS, 0), "time");
    CU_ASSERT_STRING_EQUAL(s_finding(s_once_large, TICKS, 0), "no");
    CU_ASSERT_STRING_EQUAL(s_finding(s_little, TICKS, 0), "no");
    CU_ASSERT_STRING_EQUAL(s_finding(s_beside, TICKS, 0), "no");
    CU_ASSERT_STRING_EQUAL(s_finding(s_late, TICKS, 0), "time");
}

static void s_test_marks(void) {
    CU_ASSERT_STRING_EQUAL(s_finding(s_steps, TICKS, 0), "no");
    CU_ASSERT_STRING_EQUAL(s_finding(s_steps, TICKS, 4), "marks");
    CU_ASSERT_STRING_EQUAL(s_finding(s_steps, TICKS, 3), "no");
    CU_ASSERT_STRING_EQUAL(s_finding(s_steps, TICKS, 8), "no");
    CU_ASSERT_STRING_EQUAL(s_finding(s_line, 8, 4), "marks");
    CU_ASSERT_STRING_EQUAL(s_finding(s_line, TICKS, 4), "time");
    CU_ASSERT_STRING_EQUAL(s_finding(s_line, TICKS, 100), "time");
    CU_ASSERT_STRING_EQUAL(s_finding(s_filled, TICKS, 100), "no");
}

static void s_test_row(void) {
    struct memscope_report *report = s_report(s_cleaned_up, TICKS, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->growing_count, 1);
    const struct memscope_growing *row = report->growing;
    check_same(row->var_name, "head");
    check_same(row->type_name, "struct node");
    check_same(row->location, "list.c:5");
    check_same(row->function, "fill");
    CU_ASSERT_EQUAL(row->start_ns, 1000);
    CU_ASSERT_EQUAL(row->end_ns, 1000 + 75 * 100);
    CU_ASSERT_EQUAL(row->start_bytes, 1000);
    CU_ASSERT_EQUAL(row->end_bytes, 1000 + 66 * 1000); /* the first tick of the last eighth of 76 */
    ms_report_destroy(report);
}

int main(void) {
    static CU_TestInfo s_tests[] = {
        {"findings", s_test_findings},
        {"marks", s_test_marks},
        {"a row", s_test_row},
        CU_TEST_INFO_NULL,
    };
    static CU_SuiteInfo s_suites[] = {
        {.pName = "growing", .pTests = s_tests},
        CU_SUITE_INFO_NULL,
    };
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(s_suites) != CUE_SUCCESS)
        return 1;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    unlink(s_path);
    return failures != 0;
}
