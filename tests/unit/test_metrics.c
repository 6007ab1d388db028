/* SPDX-License-Identifier: MIT */
/* Reports as metrics: their text, what is left out, and how much there is at most. */
#include "serve/metrics.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "made_report.h"

static struct ms_metrics *s_metrics;
static char *s_text;

static void s_begin(void) {
    s_metrics = ms_metrics_new();
    CU_ASSERT_PTR_NOT_NULL_FATAL(s_metrics);
}

/* What has been added since s_begin(), as text. */
static const char *s_write(bool open_metrics) {
    struct ms_body body = {0};
    CU_ASSERT_TRUE(ms_metrics_write(s_metrics, open_metrics, &body));
    CU_ASSERT_TRUE(ms_body_put(&body, "", 1));
    free(s_text);
    s_text = body.bytes;
    ms_metrics_destroy(s_metrics);
    return s_text;
}

static size_t s_count(const char *text, const char *words) {
    size_t count = 0;
    for (; (text = strstr(text, words)) != NULL; text += strlen(words))
        count++;
    return count;
}

static void s_expect(const char *text, const char *words) {
    if (s_count(text, words) != 1) {
        printf("not once: %s\nim: %s\n", words, text);
        CU_FAIL("a line is missing");
    }
}

static const struct memscope_site_report s_sites[] = {
    MADE_SITE("x", "struct x", "main", 1, 10, 1000, 4, 400, 500),
};

static void s_test_numbers(void) {
    struct memscope_report report = made_report(s_sites, 1);
    report.process.exit = MEMSCOPE_EXIT_RUNNING;
    report.summary.dropped_events = MEMSCOPE_UNKNOWN;
    s_begin();
    CU_ASSERT_TRUE(ms_metrics_add(s_metrics, &report, 0));
    const char *text = s_write(false);
    s_expect(text, "\nmemscope_heap_live_bytes{pid=\"7\",program=\"server\"} 400\n");
    s_expect(text, "\n# TYPE memscope_allocations_total counter\n");
    s_expect(text, "\nmemscope_allocations_total{pid=\"7\",program=\"server\"} 10\n");
    s_expect(text, "\nmemscope_heap_peak_bytes{pid=\"7\",program=\"server\"} 500\n");
    /* What is not known is no sample, and not 0. */
    CU_ASSERT_EQUAL(s_count(text, "memscope_dropped_events_total{"), 0);
    CU_ASSERT_EQUAL(s_count(text, "memscope_process_resident_memory_bytes{"), 0);
    CU_ASSERT_EQUAL(s_count(text, "# EOF"), 0);
}

static void s_test_open_metrics(void) {
    struct memscope_report report = made_report(s_sites, 1);
    s_begin();
    CU_ASSERT_TRUE(ms_metrics_add(s_metrics, &report, 0));
    const char *text = s_write(true);
    s_expect(text, "\n# TYPE memscope_allocations counter\n");
    s_expect(text, "\nmemscope_allocations_total{pid=\"7\",program=\"server\"} 10\n");
    CU_ASSERT_STRING_EQUAL(text + strlen(text) - 6, "# EOF\n");
}

/* Leaks of what runs are known once it was searched, also that there are none. */
static void s_test_leaks(void) {
    static const struct memscope_leak s_leaks[] = {
        {.bytes = 100, .count = 1, .reachability = "unreachable"},
        {.bytes = 20, .count = 1, .reachability = "reachable"},
        {.bytes = 3, .count = 1},
    };
    struct memscope_report report = made_report(s_sites, 1);
    s_begin();
    CU_ASSERT_TRUE(ms_metrics_add(s_metrics, &report, 0));
    s_expect(s_write(false), "\nmemscope_leaked_bytes{pid=\"7\",program=\"server\"} 0\n");
    report.process.exit = MEMSCOPE_EXIT_RUNNING;
    s_begin();
    CU_ASSERT_TRUE(ms_metrics_add(s_metrics, &report, 0));
    const char *text = s_write(false);
    CU_ASSERT_EQUAL(s_count(text, "memscope_leaked_bytes{"), 0);
    CU_ASSERT_EQUAL(s_count(text, "memscope_leak_search_timestamp_seconds{"), 0);
    s_begin();
    CU_ASSERT_TRUE(ms_metrics_add(s_metrics, &report, UINT64_C(1732575078500000000)));
    text = s_write(false);
    s_expect(text, "\nmemscope_leaked_bytes{pid=\"7\",program=\"server\"} 0\n");
    s_expect(
        text,
        "\nmemscope_leak_search_timestamp_seconds{pid=\"7\",program=\"server\"} 1732575078.5\n");
    report.leaks = s_leaks;
    report.leak_count = 3;
    s_begin();
    CU_ASSERT_TRUE(ms_metrics_add(s_metrics, &report, 1));
    s_expect(s_write(false), "\nmemscope_leaked_bytes{pid=\"7\",program=\"server\"} 103\n");
}

static void s_test_labels(void) {
    static char s_long[5000];
    memset(s_long, 'x', sizeof(s_long) - 1);
    const struct memscope_type_report types[] = {
        {.type_name = "a\"} 1\nfake{b=\"\\", .live_bytes = 70},
        {.type_name = s_long, .live_bytes = 60},
        {.type_name = NULL, .live_bytes = 50},
        {.type_name = "struct gone", .live_bytes = 0},
        {.type_name = "struct unknown", .live_bytes = MEMSCOPE_UNKNOWN},
    };
    struct memscope_report report = made_report(s_sites, 1);
    report.process.executable = "/x/a\"b\\c\nd";
    report.types = types;
    report.type_count = 5;
    s_begin();
    CU_ASSERT_TRUE(ms_metrics_add(s_metrics, &report, 0));
    const char *text = s_write(false);
    CU_ASSERT_EQUAL(s_count(text, "\nfake"), 0);
    s_expect(text,
             "{pid=\"7\",program=\"a\\\"b\\\\c\\nd\",type=\"a\\\"} 1\\nfake{b=\\\"\\\\\"} 70\n");
    s_expect(text, "type=\"(unknown)\"} 50\n");
    s_expect(text, "type=\"(other)\"} 60\n");
    CU_ASSERT_EQUAL(s_count(text, "memscope_type_live_bytes{"), 3);
    report.process.executable = s_long;
    s_begin();
    CU_ASSERT_TRUE(ms_metrics_add(s_metrics, &report, 0));
    s_expect(s_write(false), "\nmemscope_heap_live_bytes{pid=\"7\",program=\"(long name)\"} 400\n");
}

/* However many types and processes there are, the series are bounded, and none is there twice. */
static void s_test_bounds(void) {
    static struct memscope_type_report s_types[100];
    static char s_names[100][16];
    struct memscope_report report = made_report(s_sites, 1);
    for (size_t i = 0; i < 100; i++) {
        snprintf(s_names[i], sizeof(s_names[i]), "struct t%zu", i);
        s_types[i] = (struct memscope_type_report){.type_name = s_names[i], .live_bytes = 1000 - i};
    }
    report.types = s_types;
    report.type_count = 100;
    s_begin();
    for (uint64_t i = 0; i < 2 * MS_METRICS_PROCESSES; i++) {
        report.process.pid = 1 + i / 2; /* each twice */
        CU_ASSERT_TRUE(ms_metrics_add(s_metrics, &report, 0));
    }
    report.process.pid = 100000;
    CU_ASSERT_TRUE(ms_metrics_add(s_metrics, &report, 0));
    const char *text = s_write(false);
    CU_ASSERT_EQUAL(s_count(text, "\nmemscope_heap_live_bytes{"), MS_METRICS_PROCESSES);
    CU_ASSERT_EQUAL(s_count(text, "pid=\"100000\""), 0);
    CU_ASSERT_EQUAL(s_count(text, "\nmemscope_type_live_bytes{"),
                    MS_METRICS_PROCESSES * (MS_METRICS_TYPES + 1));
    s_expect(text, "{pid=\"1\",program=\"server\",type=\"struct t19\"} 981\n");
    s_expect(text, "{pid=\"1\",program=\"server\",type=\"(other)\"} 75240\n");
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return EXIT_FAILURE;
    CU_pSuite suite = CU_add_suite("metrics", NULL, NULL);
    CU_ADD_TEST(suite, s_test_numbers);
    CU_ADD_TEST(suite, s_test_open_metrics);
    CU_ADD_TEST(suite, s_test_leaks);
    CU_ADD_TEST(suite, s_test_labels);
    CU_ADD_TEST(suite, s_test_bounds);
    CU_basic_run_tests();
    free(s_text);
    return CU_get_number_of_failures() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
