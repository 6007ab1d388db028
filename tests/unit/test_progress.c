/* SPDX-License-Identifier: MIT */
/* The bar on standard error: when it is drawn, what it looks like, and that a file never gets it.
 */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/terminal.h"

#define SECOND UINT64_C(1000000000)

static void s_test_when(void) {
    struct ms_progress_clock clock = {.begun = 5 * SECOND};
    CU_ASSERT_FALSE(ms_progress_is_due(&clock, 5 * SECOND));
    CU_ASSERT_FALSE(ms_progress_is_due(&clock, 6 * SECOND - 1));
    CU_ASSERT_TRUE(ms_progress_is_due(&clock, 6 * SECOND));
    CU_ASSERT_FALSE(ms_progress_is_due(&clock, 6 * SECOND + SECOND / 10 - 1));
    CU_ASSERT_TRUE(ms_progress_is_due(&clock, 6 * SECOND + SECOND / 10));
    CU_ASSERT_FALSE(ms_progress_is_due(&clock, 6 * SECOND + SECOND / 10));
}

static void s_check(const char *what, double done, size_t width, const char *wanted) {
    char *line = ms_progress_line(what, done, width, false);
    CU_ASSERT_STRING_EQUAL(line, wanted);
    free(line);
}

static void s_test_line(void) {
    s_check("reading x.mscope", 0, 80, "reading x.mscope   0%                     ");
    s_check("reading x.mscope", 0.5, 80, "reading x.mscope  50% ##########          ");
    s_check("reading x.mscope", 7, 80, "reading x.mscope 100% ####################");
    s_check("reading x.mscope", -1, 80, "reading x.mscope   0%                     ");
    s_check("reading a_long_name.mscope", 0.5, 40, "~_name.mscope  50% ##########          ");
}

/* What is written to a file that stands in for standard error, or to a terminal. */
static size_t s_show(int fd, int reader, bool wait, char *out, size_t room) {
    int saved = dup(STDERR_FILENO);
    fflush(stderr);
    dup2(fd, STDERR_FILENO);
    ms_progress_begin("reading x.mscope");
    if (wait)
        nanosleep(&(struct timespec){1, 50000000}, NULL);
    ms_progress_show(0.25);
    ms_progress_show(0.5); /* too soon behind the other */
    ms_progress_end();
    ms_progress_show(0.75); /* too late */
    dup2(saved, STDERR_FILENO);
    close(saved);
    size_t total = 0;
    for (ssize_t size; (size = read(reader, out + total, room - 1 - total)) > 0;)
        total += (size_t)size;
    out[total] = '\0';
    return total;
}

static void s_test_terminal(void) {
    char out[512];
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    CU_ASSERT_TRUE_FATAL(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    int user = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    CU_ASSERT_TRUE_FATAL(user >= 0);
    setenv("TERM", "xterm", 1);
    CU_ASSERT_EQUAL(s_show(user, terminal, false, out, sizeof(out)), 0); /* it was quick */
    s_show(user, terminal, true, out, sizeof(out));
    CU_ASSERT_STRING_EQUAL(out, "\rreading x.mscope  25% #####               \033[K\r\033[K");
    setenv("TERM", "dumb", 1);
    CU_ASSERT_EQUAL(s_show(user, terminal, true, out, sizeof(out)), 0);
    unsetenv("TERM");
    close(user);
    close(terminal);
}

static void s_test_file(void) {
    char out[64];
    int ends[2];
    CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_NONBLOCK), 0);
    setenv("TERM", "xterm", 1);
    CU_ASSERT_EQUAL(s_show(ends[1], ends[0], true, out, sizeof(out)), 0);
    unsetenv("TERM");
    close(ends[0]);
    close(ends[1]);
}

int main(void) {
    static CU_TestInfo s_tests[] = {
        {"when", s_test_when}, {"line", s_test_line}, {"terminal", s_test_terminal},
        {"file", s_test_file}, CU_TEST_INFO_NULL,
    };
    static CU_SuiteInfo s_suites[] = {
        {.pName = "progress", .pTests = s_tests},
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
