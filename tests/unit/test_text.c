/* SPDX-License-Identifier: MIT */
/* How the program writes values for people, and fits tables to a terminal. */
#include "cli/text.h"

#include <CUnit/Basic.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/grid.h"
#include "cli/terminal.h"
#include "memscope/report.h"

/* TEXT, which is freed, is EXPECTED. */
static void s_check(char *text, const char *expected) {
    if (strcmp(text, expected) != 0)
        printf("'%s' and not '%s'\n", text, expected);
    CU_ASSERT_STRING_EQUAL(text, expected);
    free(text);
}

static void s_test_bytes(void) {
    s_check(ms_text_bytes(0), "0 B");
    s_check(ms_text_bytes(1023), "1023 B");
    s_check(ms_text_bytes(1024), "1.00 KiB");
    s_check(ms_text_bytes(1536), "1.50 KiB");
    s_check(ms_text_bytes(10240), "10.0 KiB");
    s_check(ms_text_bytes(102400), "100 KiB");
    s_check(ms_text_bytes(1048575), "1.00 MiB");
    s_check(ms_text_bytes(UINT64_C(12) << 30), "12.0 GiB");
    s_check(ms_text_bytes(UINT64_MAX - 1), "16.0 EiB");
    s_check(ms_text_bytes(MEMSCOPE_UNKNOWN), "-");
}

static void s_test_numbers(void) {
    s_check(ms_text_count(0), "0");
    s_check(ms_text_count(999), "999");
    s_check(ms_text_count(1000), "1,000");
    s_check(ms_text_count(1234567), "1,234,567");
    s_check(ms_text_count(MEMSCOPE_UNKNOWN), "-");
    s_check(ms_text_plain(1234567), "1234567");
    s_check(ms_text_change(0, true), "0");
    s_check(ms_text_change(1536, true), "+1.50 KiB");
    s_check(ms_text_change(-12, true), "-12 B");
    s_check(ms_text_change(-1234567, false), "-1,234,567");
    s_check(ms_text_change(INT64_MIN, false), "-9,223,372,036,854,775,808");
    s_check(ms_text_percent(99.95), "100.0 %");
    s_check(ms_text_percent(NAN), "-");
    s_check(ms_text_real(12345.6), "12,346");
    s_check(ms_text_real(0.25), "0.2");
    s_check(ms_text_real(INFINITY), "-");
}

static void s_test_times(void) {
    s_check(ms_text_duration(0), "0 s");
    s_check(ms_text_duration(9000), "under 0.01 ms");
    s_check(ms_text_duration(1500000), "1.50 ms");
    s_check(ms_text_duration(250000000), "250 ms");
    s_check(ms_text_duration(UINT64_C(1500000000)), "1.50 s");
    s_check(ms_text_duration(UINT64_C(59900000000)), "59.9 s");
    s_check(ms_text_duration(UINT64_C(61000000000)), "1 min 1 s");
    s_check(ms_text_duration(UINT64_C(7380000000000)), "2 h 3 min");
    s_check(ms_text_duration(UINT64_C(90000000000000)), "1 d 1 h");
    s_check(ms_text_duration(MEMSCOPE_UNKNOWN), "-");
    setenv("TZ", "UTC", 1);
    s_check(ms_text_time(UINT64_C(1700000000000000000)), "2023-11-14 22:13:20");
    s_check(ms_text_time(MEMSCOPE_UNKNOWN), "-");
}

static void s_test_bars(void) {
    s_check(ms_text_bar(0, 4, true), "    ");
    s_check(ms_text_bar(1, 4, true), "\u2588\u2588\u2588\u2588");
    s_check(ms_text_bar(2, 2, true), "\u2588\u2588");
    s_check(ms_text_bar(0.5, 3, true), "\u2588\u258c ");
    s_check(ms_text_bar(0.0001, 3, true), "\u258f  ");
    s_check(ms_text_bar(0.5, 4, false), "##  ");
    s_check(ms_text_bar(0.0001, 4, false), "#   ");
    s_check(ms_text_bar(NAN, 2, false), "  ");
    s_check(ms_text_bar(-1, 2, true), "  ");
}

/* No name in a report gets to steer the terminal. */
static void s_test_clean(void) {
    s_check(ms_text_clean("struct node *"), "struct node *");
    s_check(ms_text_clean("a\033[31mb\n\tc\177"), "a?[31mb??c?");
    s_check(ms_text_clean("gr\u00fc\u00df \u4e2d"), "gr\u00fc\u00df \u4e2d");
    s_check(ms_text_clean("a\u202eb\u2066c\u200fd\xc2\x85"
                          "e\u2028f"),
            "a?b?c?d?e?f");
    s_check(ms_text_clean(NULL), "-");
}

static void s_test_cut(void) {
    CU_ASSERT_EQUAL(ms_text_width("abc"), 3);
    CU_ASSERT_EQUAL(ms_text_width("gr\u00fc\u00df"), 4);
    CU_ASSERT_EQUAL(ms_text_width("\u4e2d\u6587"), 4);
    CU_ASSERT_EQUAL(ms_text_width("\xff\xfe"), 2);
    s_check(ms_text_cut("abcdef", 6, false), "abcdef");
    s_check(ms_text_cut("abcdef", 4, false), "abc~");
    s_check(ms_text_cut("abcdef", 4, true), "~def");
    s_check(ms_text_cut("\u4e2d\u6587\u4e2d", 4, false), "\u4e2d~");
    s_check(ms_text_cut("\u4e2d\u6587\u4e2d", 4, true), "~\u4e2d");
    s_check(ms_text_cut("abc", 1, false), "~");
    s_check(ms_text_cut("abc", 0, false), "");
}

/* What a grid of two rows prints, in a process whose terminal has COLUMNS columns. */
static void s_print_grid(const char *columns, char *out, size_t size) {
    static const struct ms_grid_column s_columns[] = {
        {.title = "TYPE", .elastic = true},
        {.title = "LIVE", .right = true},
        {.title = "BAR", .bar = true, .weight = 1},
        {.title = "PLACE", .elastic = true, .cut_start = true, .weight = 2},
    };
    int ends[2];
    size_t length = 0;
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        setenv("COLUMNS", columns, 1);
        ms_terminal_init();
        struct ms_grid *grid = ms_grid_new(s_columns, 4);
        char *one[] = {ms_cli_copy("struct with_a_rather_long_name"), ms_cli_copy("1 B"),
                       ms_cli_copy("##  "), ms_cli_copy("a/path/of/some/length/file.c:12")};
        char *two[] = {ms_cli_copy("char"), ms_cli_copy("10 KiB"), ms_cli_copy("    "),
                       ms_cli_copy("b.c:1")};
        ms_grid_add(grid, one);
        ms_grid_add(grid, two);
        ms_grid_print(grid, 1);
        ms_grid_destroy(grid);
        fflush(stdout);
        _exit(0);
    }
    close(ends[1]);
    for (ssize_t got; (got = read(ends[0], out + length, size - 1 - length)) > 0;)
        length += (size_t)got;
    out[length] = '\0';
    close(ends[0]);
    waitpid(pid, NULL, 0);
}

static void s_test_grid(void) {
    char out[4096];
    s_print_grid("0", out, sizeof(out));
    CU_ASSERT_STRING_EQUAL(
        out, " TYPE                              LIVE  BAR   PLACE\n"
             " struct with_a_rather_long_name     1 B  ##    a/path/of/some/length/file.c:12\n"
             " char                            10 KiB        b.c:1\n");
    /* Texts are cut before a column goes, the longer ones first. */
    s_print_grid("74", out, sizeof(out));
    CU_ASSERT_STRING_EQUAL(
        out, " TYPE                            LIVE  BAR   PLACE\n"
             " struct with_a_rather_long_n~     1 B  ##    ~ath/of/some/length/file.c:12\n"
             " char                          10 KiB        b.c:1\n");
    s_print_grid("68", out, sizeof(out));
    CU_ASSERT_PTR_NULL(strstr(out, "BAR"));
    CU_ASSERT_PTR_NOT_NULL(strstr(out, "file.c:12\n"));
    s_print_grid("30", out, sizeof(out));
    CU_ASSERT_STRING_EQUAL(out, " TYPE                     LIVE\n"
                                " struct with_a_rather~     1 B\n"
                                " char                   10 KiB\n");
}

int main(void) {
    static CU_TestInfo s_tests[] = {
        {"bytes", s_test_bytes}, {"numbers", s_test_numbers}, {"times", s_test_times},
        {"bars", s_test_bars},   {"clean", s_test_clean},     {"cut", s_test_cut},
        {"grid", s_test_grid},   CU_TEST_INFO_NULL,
    };
    static CU_SuiteInfo s_suites[] = {
        {.pName = "text", .pTests = s_tests},
        CU_SUITE_INFO_NULL,
    };
    setenv("LC_ALL", "C", 1);
    unsetenv("TERM");
    ms_terminal_init();
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(s_suites) != CUE_SUCCESS)
        return 1;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
