/* SPDX-License-Identifier: MIT */
#include "base/options.h"

#include <CUnit/Basic.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static char s_lines[8][2048];
static int s_line_count;

static void s_keep(void *data, const char *line) {
    CU_ASSERT_PTR_EQUAL(data, s_lines);
    if (s_line_count < 8)
        snprintf(s_lines[s_line_count], sizeof(s_lines[0]), "%s", line);
    s_line_count++;
}

static struct ms_options s_parse(const char *text) {
    struct ms_options options;
    s_line_count = 0;
    ms_options_init(&options);
    ms_options_parse(&options, text, s_keep, s_lines);
    return options;
}

static void s_test_defaults(void) {
    struct ms_options o = s_parse(NULL);
    CU_ASSERT_EQUAL(s_line_count, 0);
    CU_ASSERT_EQUAL(o.preset, MS_PRESET_FULL);
    CU_ASSERT_EQUAL(o.sample_rate, 1.0);
    CU_ASSERT_EQUAL(o.sample_bytes, 0);
    CU_ASSERT_TRUE(o.stack);
    CU_ASSERT_EQUAL(o.max_stack_depth, 20);
    CU_ASSERT_TRUE(o.stack_totals);
    CU_ASSERT_EQUAL(o.unwind, MS_UNWIND_AUTO);
    CU_ASSERT_EQUAL(o.seed, 0);
    CU_ASSERT_STRING_EQUAL(o.out, "");
    CU_ASSERT_TRUE(o.monitor);
    CU_ASSERT_EQUAL(o.monitor_ms, 100);
    CU_ASSERT_TRUE(o.follow_fork);
    CU_ASSERT_TRUE(o.start);
    CU_ASSERT_EQUAL(o.max_size, 0);
}

static void s_test_every_key(void) {
    struct ms_options o =
        s_parse("preset=demo:sample_rate=0.25:sample_bytes=512K:stack=1:max_stack_depth=7:"
                "seed=18446744073709551615:out=a/%e-%p-%h-%%.mscope:monitor=0:monitor_ms=250:"
                "stack_totals=0:follow_fork=0:start=0:max_size=2G");
    CU_ASSERT_EQUAL(s_line_count, 0);
    CU_ASSERT_EQUAL(o.preset, MS_PRESET_DEMO);
    CU_ASSERT_EQUAL(o.sample_rate, 0.25);
    CU_ASSERT_EQUAL(o.sample_bytes, 524288);
    CU_ASSERT_TRUE(o.stack);
    CU_ASSERT_EQUAL(o.max_stack_depth, 7);
    CU_ASSERT_FALSE(o.stack_totals);
    CU_ASSERT_EQUAL(o.seed, UINT64_MAX);
    CU_ASSERT_STRING_EQUAL(o.out, "a/%e-%p-%h-%%.mscope");
    CU_ASSERT_FALSE(o.monitor);
    CU_ASSERT_EQUAL(o.monitor_ms, 250);
    CU_ASSERT_FALSE(o.follow_fork);
    CU_ASSERT_FALSE(o.start);
    CU_ASSERT_EQUAL(o.max_size, UINT64_C(2147483648));
}

static void s_test_presets(void) {
    struct ms_options o = s_parse("preset=demo");
    CU_ASSERT_EQUAL(o.sample_rate, 0.1);
    CU_ASSERT_FALSE(o.stack);
    CU_ASSERT_EQUAL(o.max_stack_depth, 5);
    o = s_parse("preset=high_performance");
    CU_ASSERT_EQUAL(o.sample_rate, 0.01);
    CU_ASSERT_FALSE(o.stack);
    CU_ASSERT_EQUAL(o.max_stack_depth, 0);
    o = s_parse("preset=demo:preset=full");
    CU_ASSERT_EQUAL(o.preset, MS_PRESET_FULL);
    CU_ASSERT_EQUAL(o.sample_rate, 1.0);
    CU_ASSERT_TRUE(o.stack);
    CU_ASSERT_EQUAL(o.max_stack_depth, 20);
    o = s_parse("preset=off");
    CU_ASSERT_EQUAL(o.preset, MS_PRESET_OFF);
    CU_ASSERT_EQUAL(o.sample_rate, 0.0);
    CU_ASSERT_STRING_EQUAL(ms_options_preset_name(MS_PRESET_HIGH_PERFORMANCE), "high_performance");
    CU_ASSERT_STRING_EQUAL(ms_options_preset_name((enum ms_preset)99), "unknown");
}

/* What is said expressly wins over a preset, also over one that stands behind it. */
static void s_test_preset_comes_first(void) {
    struct ms_options o = s_parse("max_stack_depth=64:stack=1:preset=demo");
    CU_ASSERT_EQUAL(o.preset, MS_PRESET_DEMO);
    CU_ASSERT_EQUAL(o.sample_rate, 0.1);
    CU_ASSERT_TRUE(o.stack);
    CU_ASSERT_EQUAL(o.max_stack_depth, 64);
    o = s_parse("seed=1:seed=2");
    CU_ASSERT_EQUAL(o.seed, 2);
}

static void s_test_escapes(void) {
    CU_ASSERT_STRING_EQUAL(s_parse("out=c\\:d:stack=0").out, "c:d");
    CU_ASSERT_FALSE(s_parse("out=c\\:d:stack=0").stack);
    CU_ASSERT_STRING_EQUAL(s_parse("out=c\\\\:stack=0").out, "c\\");
    CU_ASSERT_STRING_EQUAL(s_parse("out=c\\d").out, "c\\d");
    CU_ASSERT_STRING_EQUAL(s_parse("out=a=b").out, "a=b");
    s_parse("::seed=3:");
    CU_ASSERT_EQUAL(s_line_count, 0);
}

static void s_test_sizes(void) {
    CU_ASSERT_EQUAL(s_parse("max_size=4096").max_size, 4096);
    CU_ASSERT_EQUAL(s_parse("max_size=3k").max_size, 3072);
    CU_ASSERT_EQUAL(s_parse("max_size=64M").max_size, 67108864);
    CU_ASSERT_EQUAL(s_parse("max_size=17179869183G").max_size, UINT64_C(17179869183) << 30);
    CU_ASSERT_EQUAL(s_line_count, 0);
    static const char *const s_bad[] = {"max_size=17179869184G",
                                        "max_size=K",
                                        "max_size=",
                                        "max_size=-1",
                                        "max_size=1T",
                                        "max_size=1KK",
                                        "max_size=18446744073709551616"};
    for (size_t i = 0; i < sizeof(s_bad) / sizeof(s_bad[0]); i++) {
        CU_ASSERT_EQUAL(s_parse(s_bad[i]).max_size, 0);
        CU_ASSERT_EQUAL(s_line_count, 1);
    }
}

static void s_test_events(void) {
    CU_ASSERT_EQUAL(s_parse("").events, MS_OPTIONS_EVENTS_AUTO);
    CU_ASSERT_EQUAL(s_parse("events=0").events, 0);
    CU_ASSERT_EQUAL(s_parse("events=1048576").events, MS_OPTIONS_EVENT_LIMIT);
    CU_ASSERT_EQUAL(s_parse("events=7:events=auto").events, MS_OPTIONS_EVENTS_AUTO);
    CU_ASSERT_EQUAL(s_line_count, 0);
    CU_ASSERT_EQUAL(s_parse("events=1048577").events, MS_OPTIONS_EVENTS_AUTO);
    CU_ASSERT_EQUAL(s_line_count, 1);
    CU_ASSERT_EQUAL(s_parse("events=all").events, MS_OPTIONS_EVENTS_AUTO);
    CU_ASSERT_EQUAL(s_line_count, 1);
}

static void s_test_rates(void) {
    static const struct {
        const char *text;
        double rate;
    } s_good[] = {{"0", 0},
                  {"1", 1},
                  {"1.000", 1},
                  {".5", .5},
                  {"0.1", 0.1},
                  {"0.01", 0.01},
                  {"0.001", 0.001},
                  {"0.000001", 0.000001},
                  {"0.3", 0.3},
                  {"0.125", .125},
                  {"0.9999", .9999},
                  {"0.333333333333333333333333333", 1. / 3},
                  {"0.0000000000000000001", 1e-19}};
    for (size_t i = 0; i < sizeof(s_good) / sizeof(s_good[0]); i++) {
        char text[64] = "preset=demo:sample_rate=";
        strcat(text, s_good[i].text);
        CU_ASSERT_DOUBLE_EQUAL(s_parse(text).sample_rate, s_good[i].rate, s_good[i].rate * 1e-15);
        CU_ASSERT_EQUAL(s_line_count, 0);
    }
    static const char *const s_bad[] = {"1.01", "2",   "-0.5",  "0,5",
                                        ".",    "",    "1e-3x", "nan",
                                        "0.5.", "0x1", " 1",    "100000000000000000000000000"};
    for (size_t i = 0; i < sizeof(s_bad) / sizeof(s_bad[0]); i++) {
        char text[64] = "preset=demo:sample_rate=";
        strcat(text, s_bad[i]);
        CU_ASSERT_EQUAL(s_parse(text).sample_rate, 0.1);
        CU_ASSERT_EQUAL(s_line_count, 1);
    }
}

static void s_test_limits(void) {
    CU_ASSERT_EQUAL(s_parse("unwind=tables").unwind, MS_UNWIND_TABLES);
    CU_ASSERT_EQUAL(s_parse("unwind=frame_pointers").unwind, MS_UNWIND_FRAME_POINTERS);
    CU_ASSERT_EQUAL(s_parse("unwind=table").unwind, MS_UNWIND_AUTO);
    CU_ASSERT_EQUAL(s_parse("max_stack_depth=1024").max_stack_depth, 1024);
    CU_ASSERT_EQUAL(s_parse("max_stack_depth=0").max_stack_depth, 0);
    CU_ASSERT_EQUAL(s_parse("max_stack_depth=1025").max_stack_depth, 20);
    CU_ASSERT_EQUAL(s_line_count, 1);
    CU_ASSERT_EQUAL(s_parse("monitor_ms=10").monitor_ms, 10);
    CU_ASSERT_EQUAL(s_parse("monitor_ms=9").monitor_ms, 100);
    CU_ASSERT_EQUAL(s_line_count, 1);
    CU_ASSERT_EQUAL(s_parse("monitor_ms=4294967396").monitor_ms, 100);
    CU_ASSERT_EQUAL(s_line_count, 1);
    char text[MS_OPTIONS_TEXT_SIZE + 8] = "out=";
    memset(text + 4, 'x', MS_OPTIONS_TEXT_SIZE - 1);
    CU_ASSERT_EQUAL(strlen(s_parse(text).out), MS_OPTIONS_TEXT_SIZE - 1);
    CU_ASSERT_EQUAL(s_line_count, 0);
    text[4 + MS_OPTIONS_TEXT_SIZE - 1] = 'x';
    CU_ASSERT_STRING_EQUAL(s_parse(text).out, "");
    CU_ASSERT_EQUAL(s_line_count, 1);
}

/* One line for each thing that is wrong, naming it and what would be right; the rest is read. */
static void s_test_complaints(void) {
    struct ms_options o = s_parse("stack=maybe:seed=9:sampel_rate=1:start:export=x.json:out=%q");
    CU_ASSERT_TRUE(o.stack);
    CU_ASSERT_EQUAL(o.seed, 9);
    CU_ASSERT_TRUE(o.start);
    CU_ASSERT_STRING_EQUAL(o.out, "");
    CU_ASSERT_EQUAL_FATAL(s_line_count, 5);
    CU_ASSERT_STRING_EQUAL(s_lines[0], "option stack cannot be 'maybe'; it takes 0 or 1");
    CU_ASSERT_PTR_NOT_NULL(strstr(s_lines[1], "unknown option 'sampel_rate'"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s_lines[1], ", sample_rate, "));
    CU_ASSERT_STRING_EQUAL(s_lines[2], "option start has no value; it takes 0 or 1");
    CU_ASSERT_PTR_NOT_NULL(strstr(s_lines[3], "option export is not supported in this version"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s_lines[4], "'%q'"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s_lines[4], "%p the pid"));
    o = s_parse("preset=fast");
    CU_ASSERT_EQUAL(o.preset, MS_PRESET_FULL);
    CU_ASSERT_EQUAL_FATAL(s_line_count, 1);
    CU_ASSERT_STRING_EQUAL(
        s_lines[0], "option preset cannot be 'fast'; it takes full, demo, high_performance or off");
}

/* A complaint stays one short line whatever was written. */
static void s_test_hostile_text(void) {
    static char s_text[200000];
    memset(s_text, '=', sizeof(s_text) - 1);
    s_parse(s_text);
    CU_ASSERT_EQUAL(s_line_count, 1);
    memset(s_text, 'a', sizeof(s_text) - 1);
    s_parse(s_text);
    CU_ASSERT_EQUAL_FATAL(s_line_count, 1);
    CU_ASSERT_TRUE(strlen(s_lines[0]) < 300);
    s_parse("bad\nkey\x1b[2J=1");
    CU_ASSERT_EQUAL_FATAL(s_line_count, 1);
    CU_ASSERT_PTR_NULL(strpbrk(s_lines[0], "\n\x1b"));
    s_parse("out=x\\");
    CU_ASSERT_EQUAL(s_line_count, 0);
}

static void s_test_keeps_errno(void) {
    errno = 12345;
    s_parse("sample_rate=1.5:seed=99999999999999999999999:out=%z:nothing=1");
    CU_ASSERT_EQUAL(errno, 12345);
    CU_ASSERT_EQUAL(s_line_count, 4);
}

static void s_test_table(void) {
    size_t count;
    const struct ms_option_info *table = ms_options_table(&count);
    CU_ASSERT_EQUAL(count, 16);
    for (size_t i = 0; i < count; i++) {
        char text[128];
        snprintf(text, sizeof(text), "%s=%s", table[i].key, table[i].standard);
        struct ms_options o = s_parse(text), defaults = s_parse("");
        CU_ASSERT_EQUAL(memcmp(&o, &defaults, sizeof(o)), 0);
    }
}

int main(void) {
    static CU_TestInfo s_tests[] = {
        {"defaults", s_test_defaults},
        {"every key", s_test_every_key},
        {"presets", s_test_presets},
        {"a preset comes first", s_test_preset_comes_first},
        {"escapes", s_test_escapes},
        {"sizes", s_test_sizes},
        {"events", s_test_events},
        {"rates", s_test_rates},
        {"limits", s_test_limits},
        {"complaints", s_test_complaints},
        {"hostile text", s_test_hostile_text},
        {"errno is kept", s_test_keeps_errno},
        {"table", s_test_table},
        CU_TEST_INFO_NULL,
    };
    static CU_SuiteInfo s_suites[] = {
        {.pName = "options", .pTests = s_tests},
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
