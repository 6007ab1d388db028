/* SPDX-License-Identifier: MIT */
/* Limits on reports: which are broken, by what, and where. */
#include "compare/check.h"

#include <CUnit/Basic.h>
#include <string.h>

#include "made_report.h"

static const struct memscope_site_report s_sites[] = {
    {.kind = "caller",
     .total_bytes = 2000,
     .live_bytes = 2000,
     .peak_bytes = 2000,
     .bytes_at_peak = 2000,
     .line = MEMSCOPE_UNKNOWN,
     .column = MEMSCOPE_UNKNOWN},
    /* Debug information of the C library gives that a file, too. */
    {.kind = "caller",
     .file = "filedoalloc.c",
     .line = 101,
     .column = MEMSCOPE_UNKNOWN,
     .function = "_IO_file_doallocate",
     .total_allocations = 1,
     .total_bytes = 6000,
     .live_allocations = 1,
     .live_bytes = 6000,
     .peak_bytes = 6000,
     .bytes_at_peak = 6000},
    MADE_SITE("cache", "struct entry", "fill", 10, 100, 5000, 10, 500, 4000),
    MADE_SITE("cache", "struct entry", "refill", 20, 10, 500, 0, 0, 450),
    MADE_SITE(NULL, "char", "read_line", 30, 900, 9000, 1, 100, 1000),
    {.kind = "object",
     .type_name = "char[64]",
     .var_name = "line",
     .file = "src/a.c",
     .line = 40,
     .column = 1,
     .function = "parse",
     .total_allocations = 3,
     .total_bytes = 192,
     .peak_bytes = 64},
};

static struct memscope_report s_report(void) {
    struct memscope_report report = made_report(s_sites, MADE_COUNT(s_sites));
    report.summary.stack_peak_bytes = 64;
    return report;
}

/* The result of one limit; a second one when AT is 1. */
static struct ms_check_result s_run(const struct memscope_report *report,
                                    const struct memscope_report *baseline,
                                    const struct ms_check_limit *limit, size_t at) {
    struct ms_check_results results = {NULL, 0, 0};
    struct ms_check_result result = {.outcome = MS_CHECK_NO_SUCH};
    CU_ASSERT_EQUAL_FATAL(ms_check_run(limit, 1, report, baseline, &results), MS_OK);
    CU_ASSERT_FATAL(results.count > at);
    result = results.results[at];
    ms_check_results_fini(&results);
    return result;
}

static struct ms_check_result s_limit(const struct memscope_report *report, enum ms_check_rule rule,
                                      const char *name, uint64_t limit) {
    static struct ms_check_limit s_one;
    s_one = (struct ms_check_limit){rule, name, limit, NAN};
    return s_run(report, NULL, &s_one, 0);
}

static void s_check_place(const struct ms_check_result *result, uint64_t line, uint64_t bytes) {
    CU_ASSERT_PTR_NOT_NULL_FATAL(result->place.file);
    CU_ASSERT_STRING_EQUAL(result->place.file, "src/a.c");
    CU_ASSERT_EQUAL(result->place.line, line);
    CU_ASSERT_EQUAL(result->place.bytes, bytes);
}

/* At the limit is within it; one byte more is not. */
static void s_test_totals(void) {
    struct memscope_report report = s_report();
    CU_ASSERT_EQUAL(report.summary.peak_memory_bytes, 13450);
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_PEAK, NULL, 13450).outcome, MS_CHECK_WITHIN);
    struct ms_check_result peak = s_limit(&report, MS_CHECK_MAX_PEAK, NULL, 13449);
    CU_ASSERT_EQUAL(peak.outcome, MS_CHECK_OVER);
    CU_ASSERT_EQUAL(peak.value, 13450);
    CU_ASSERT_EQUAL(peak.allowed, 13449);
    s_check_place(&peak, 10, 4000); /* the largest of those that are in the source */
    struct ms_check_result live = s_limit(&report, MS_CHECK_MAX_LIVE, NULL, 0);
    CU_ASSERT_EQUAL(live.outcome, MS_CHECK_OVER);
    CU_ASSERT_EQUAL(live.value, 8600);
    s_check_place(&live, 10, 500);
    struct ms_check_result total = s_limit(&report, MS_CHECK_MAX_TOTAL, NULL, 22691);
    CU_ASSERT_EQUAL(total.outcome, MS_CHECK_OVER);
    s_check_place(&total, 30, 9000);
    struct ms_check_result count = s_limit(&report, MS_CHECK_MAX_ALLOCATIONS, NULL, 1013);
    CU_ASSERT_EQUAL(count.outcome, MS_CHECK_OVER);
    s_check_place(&count, 30, 900);
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_ALLOCATIONS, NULL, 1014).outcome,
                    MS_CHECK_WITHIN);
}

/* No annotated object on a stack, or static one, is known as such: that is 0. */
static void s_test_objects(void) {
    struct memscope_report report = s_report();
    struct ms_check_result stack = s_limit(&report, MS_CHECK_MAX_STACK, NULL, 63);
    CU_ASSERT_EQUAL(stack.outcome, MS_CHECK_OVER);
    s_check_place(&stack, 40, 64);
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_STATIC, NULL, 0).outcome, MS_CHECK_WITHIN);
    report.summary.static_bytes = 1;
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_STATIC, NULL, 0).outcome, MS_CHECK_OVER);
}

static void s_test_not_known(void) {
    struct memscope_report report = s_report();
    struct ms_check_result padding = s_limit(&report, MS_CHECK_MAX_PADDING, NULL, 1 << 20);
    CU_ASSERT_EQUAL(padding.outcome, MS_CHECK_NOT_KNOWN);
    CU_ASSERT_PTR_NOT_NULL(padding.reason);
    report.summary.peak_memory_bytes = MEMSCOPE_UNKNOWN;
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_PEAK, NULL, 1 << 20).outcome, MS_CHECK_NOT_KNOWN);
    report.process.exit = MEMSCOPE_EXIT_RUNNING;
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_LEAKS, NULL, 1 << 20).outcome,
                    MS_CHECK_NOT_KNOWN);
}

static void s_test_types(void) {
    const struct memscope_type_report types[] = {
        {.type_name = "struct entry",
         .peak_bytes = 4000,
         .bytes_at_peak = 4450,
         .padding_waste_bytes = 300},
        {.type_name = "char", .peak_bytes = 1000, .bytes_at_peak = 900},
        {.type_name = "int[16]", .peak_bytes = 64},
        {.peak_bytes = 8000},
    };
    struct memscope_report report = s_report();
    report.types = types;
    report.type_count = MADE_COUNT(types);
    struct ms_check_result entry = s_limit(&report, MS_CHECK_MAX_TYPE, "struct entry", 4449);
    CU_ASSERT_EQUAL(entry.outcome, MS_CHECK_OVER);
    CU_ASSERT_EQUAL(entry.value, 4450);
    s_check_place(&entry, 10, 4000);
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_TYPE, "struct entry", 4450).outcome,
                    MS_CHECK_WITHIN);
    /* A spelling is no pattern first. */
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_TYPE, "int[16]", 63).outcome, MS_CHECK_OVER);
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_TYPE, "struct e?try", 1).outcome, MS_CHECK_OVER);
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_TYPE, "struct entri", 1).outcome,
                    MS_CHECK_NO_SUCH);
    const struct ms_check_limit all = {MS_CHECK_MAX_TYPE, "*", 1000, NAN};
    struct ms_check_results results = {NULL, 0, 0};
    CU_ASSERT_EQUAL_FATAL(ms_check_run(&all, 1, &report, NULL, &results), MS_OK);
    CU_ASSERT_EQUAL_FATAL(results.count, 3); /* not that of unknown type */
    CU_ASSERT_EQUAL(results.results[0].outcome, MS_CHECK_OVER);
    CU_ASSERT_EQUAL(results.results[1].outcome, MS_CHECK_WITHIN);
    ms_check_results_fini(&results);
    report.summary.padding_waste_bytes = 300;
    struct ms_check_result padding = s_limit(&report, MS_CHECK_MAX_PADDING, NULL, 299);
    CU_ASSERT_EQUAL(padding.outcome, MS_CHECK_OVER);
    s_check_place(&padding, 10, 300);
}

static void s_test_variables(void) {
    const struct memscope_variable variables[] = {
        {.kind = "variable", .var_name = "cache", .type_name = "struct entry", .peak_bytes = 4100},
        {.kind = "static",
         .var_name = "cache",
         .type_name = "struct entry *",
         .peak_bytes = 8000000}, /* its own memory, where blocks are meant */
        {.kind = "object", .var_name = "line", .type_name = "char[64]", .peak_bytes = 64},
    };
    struct memscope_report report = s_report();
    report.variables = variables;
    report.variable_count = MADE_COUNT(variables);
    struct ms_check_result cache = s_limit(&report, MS_CHECK_MAX_VARIABLE, "cache", 4099);
    CU_ASSERT_EQUAL(cache.outcome, MS_CHECK_OVER);
    s_check_place(&cache, 10, 4000);
    struct ms_check_result line = s_limit(&report, MS_CHECK_MAX_VARIABLE, "line", 63);
    CU_ASSERT_EQUAL(line.outcome, MS_CHECK_OVER);
    s_check_place(&line, 40, 64);
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_VARIABLE, "struct entry", 0).outcome,
                    MS_CHECK_NO_SUCH);
}

static void s_test_leaks_and_problems(void) {
    const struct memscope_leak leaks[] = {
        {.location = "libc.so.6+0x1234", .count = 1, .bytes = 8000},
        {.location = "src/a.c:10",
         .function = "fill",
         .var_name = "held",
         .count = 10,
         .type_name = "struct entry",
         .bytes = 500},
    };
    const struct memscope_problem problems[] = {
        {.kind = "double_free", .count = 3, .made_location = "src/a.c:30"},
        {.kind = "foreign_free", .count = 1},
    };
    struct memscope_report report = s_report();
    report.leaks = leaks;
    report.leak_count = MADE_COUNT(leaks);
    report.problems = problems;
    report.problem_count = MADE_COUNT(problems);
    struct ms_check_result leak = s_limit(&report, MS_CHECK_MAX_LEAKS, NULL, 10);
    CU_ASSERT_EQUAL(leak.outcome, MS_CHECK_OVER);
    CU_ASSERT_EQUAL(leak.value, 11);
    s_check_place(&leak, 10, 500);
    CU_ASSERT_STRING_EQUAL(leak.place.var_name, "held");
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_LEAKS, NULL, 11).outcome, MS_CHECK_WITHIN);
    struct ms_check_result problem = s_limit(&report, MS_CHECK_MAX_PROBLEMS, NULL, 3);
    CU_ASSERT_EQUAL(problem.outcome, MS_CHECK_OVER);
    CU_ASSERT_EQUAL(problem.value, 4);
    s_check_place(&problem, 30, 0);
}

/* 1000 +- 10 %: surely over 899, surely within 1100, and in between nobody knows. */
static void s_test_estimates(void) {
    struct memscope_type_report type = {
        .type_name = "char", .peak_bytes = 1000, .error_percent = 10};
    struct memscope_report report = s_report();
    report.types = &type;
    report.type_count = 1;
    report.sampling.exact = false;
    report.sampling.heap_bytes = "usable";
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_TYPE, "char", 899).outcome, MS_CHECK_OVER);
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_TYPE, "char", 901).outcome, MS_CHECK_DOUBTFUL);
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_TYPE, "char", 1099).outcome, MS_CHECK_DOUBTFUL);
    struct ms_check_result within = s_limit(&report, MS_CHECK_MAX_TYPE, "char", 1101);
    CU_ASSERT_EQUAL(within.outcome, MS_CHECK_WITHIN);
    CU_ASSERT_TRUE(within.is_estimated);
    type.error_percent = NAN; /* nothing but the estimate is there to go by */
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_TYPE, "char", 999).outcome, MS_CHECK_OVER);
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_TYPE, "char", 1000).outcome, MS_CHECK_WITHIN);
    /* The totals of a sampled process are exact. */
    CU_ASSERT_FALSE(s_limit(&report, MS_CHECK_MAX_TOTAL, NULL, 0).is_estimated);
}

static void s_test_growth(void) {
    struct memscope_site_report old_sites[MADE_COUNT(s_sites)];
    memcpy(old_sites, s_sites, sizeof(s_sites));
    /* Lines have moved, and fill() has had less. */
    for (size_t i = 0; i < MADE_COUNT(old_sites); i++)
        old_sites[i].line += 100;
    old_sites[2].bytes_at_peak = old_sites[2].peak_bytes = 3000;
    old_sites[4].live_bytes = 40;
    struct memscope_report report = s_report();
    struct memscope_report old = made_report(old_sites, MADE_COUNT(old_sites));
    struct ms_check_limit limit = {MS_CHECK_MAX_GROWTH, NULL, 1000, NAN};
    CU_ASSERT_EQUAL(s_run(&report, &old, &limit, 0).outcome, MS_CHECK_WITHIN);
    limit.limit = 999;
    struct ms_check_result peak = s_run(&report, &old, &limit, 0);
    CU_ASSERT_EQUAL(peak.outcome, MS_CHECK_OVER);
    CU_ASSERT_EQUAL(peak.old_value, 12450);
    CU_ASSERT_EQUAL(peak.allowed, 13449);
    s_check_place(&peak, 10, 1000);
    CU_ASSERT_EQUAL(s_run(&report, &old, &limit, 1).outcome, MS_CHECK_WITHIN);
    limit.limit = 59;
    struct ms_check_result live = s_run(&report, &old, &limit, 1);
    CU_ASSERT_EQUAL(live.outcome, MS_CHECK_OVER);
    s_check_place(&live, 30, 60);
    limit.percent = 8.1;
    CU_ASSERT_EQUAL(s_run(&report, &old, &limit, 0).outcome, MS_CHECK_WITHIN);
    limit.percent = 8;
    CU_ASSERT_EQUAL(s_run(&report, &old, &limit, 0).outcome, MS_CHECK_OVER);
    limit.percent = 0;
    CU_ASSERT_EQUAL(s_run(&old, &old, &limit, 0).outcome, MS_CHECK_WITHIN);
    old.summary.peak_memory_bytes = MEMSCOPE_UNKNOWN;
    CU_ASSERT_EQUAL(s_run(&report, &old, &limit, 0).outcome, MS_CHECK_NOT_KNOWN);
}

/* Moved lines leave a fingerprint as it is; another variable does not. */
static void s_test_fingerprints(void) {
    struct memscope_site_report moved[] = {s_sites[2]};
    struct memscope_report report = made_report(moved, 1);
    uint64_t first = s_limit(&report, MS_CHECK_MAX_PEAK, NULL, 1).fingerprint;
    moved[0].line = 99;
    moved[0].file = "other/directory/a.c";
    moved[0].bytes_at_peak = 7;
    CU_ASSERT_EQUAL(s_limit(&report, MS_CHECK_MAX_PEAK, NULL, 2).fingerprint, first);
    moved[0].var_name = "other";
    CU_ASSERT_NOT_EQUAL(s_limit(&report, MS_CHECK_MAX_PEAK, NULL, 1).fingerprint, first);
}

int main(void) {
    static CU_TestInfo s_tests[] = {
        {"totals", s_test_totals},
        {"objects", s_test_objects},
        {"not known", s_test_not_known},
        {"types", s_test_types},
        {"variables", s_test_variables},
        {"leaks and problems", s_test_leaks_and_problems},
        {"estimates", s_test_estimates},
        {"growth", s_test_growth},
        {"fingerprints", s_test_fingerprints},
        CU_TEST_INFO_NULL,
    };
    static CU_SuiteInfo s_suites[] = {
        {.pName = "check", .pTests = s_tests},
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
