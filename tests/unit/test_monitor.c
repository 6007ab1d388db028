/* SPDX-License-Identifier: MIT */
/* The monitor at work: its ticks, and that the program does not notice it. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomics.h"
#include "child.h"
#include "monitor/monitor.h"
#include "monitor_recorder.h"
#include "platform/os.h"

static void test_start_and_stop(void) {
    struct ms_monitor_hooks hooks = s_hooks(60000);
    CU_ASSERT_EQUAL(ms_monitor_tid(), 0);
    ms_monitor_stop();
    CU_ASSERT_EQUAL(s_tick_count, 0);
    hooks.interval_ms = 0;
    CU_ASSERT_EQUAL(ms_monitor_start(&hooks), -EINVAL);
    hooks.interval_ms = 60000;
    for (uint32_t round = 1; round <= 3; round++) {
        CU_ASSERT_EQUAL_FATAL(ms_monitor_start(&hooks), 0);
        int tid = ms_monitor_tid();
        CU_ASSERT_EQUAL(ms_monitor_start(&hooks), -EALREADY);
        CU_ASSERT(tid != 0 && tid != ms_os_tid());
        CU_ASSERT_EQUAL(ms_monitor_tid(), tid);
        ms_monitor_stop(); /* perhaps before the thread has run at all */
        CU_ASSERT_EQUAL(ms_monitor_tid(), 0);
        ms_monitor_stop();
        /* One tick at the start, in the thread, and one at the end, here. */
        CU_ASSERT_EQUAL_FATAL(s_tick_count, 2 * round);
        CU_ASSERT_EQUAL(s_last_count, round);
        CU_ASSERT_EQUAL(s_tick_tid[2 * round - 2], tid);
        CU_ASSERT_EQUAL(s_tick_tid[2 * round - 1], ms_os_tid());
        CU_ASSERT(s_ticks[2 * round - 1].time_ns >= s_ticks[2 * round - 2].time_ns);
        CU_ASSERT_EQUAL(s_ticks[2 * round - 1].heap_live_bytes, 4711);
    }
    hooks.append_last = NULL;
    CU_ASSERT_EQUAL(ms_monitor_start(&hooks), 0);
    ms_monitor_stop();
    CU_ASSERT_EQUAL(s_tick_count, 8);
    CU_ASSERT_EQUAL(s_last_count, 3);
}

/* 50 ms each, of which the first 8 take 30: twenty ticks a second all the same. */
static void test_slow_ticks(void) {
    uint32_t best = 0;
    for (int attempt = 0; attempt < 3 && best < 18; attempt++) {
        struct ms_monitor_hooks hooks = s_hooks(50);
        for (int i = 0; i < 8; i++)
            s_fill_ns[i] = 30 * MILLISECOND;
        CU_ASSERT_EQUAL_FATAL(ms_monitor_start(&hooks), 0);
        usleep(1000000);
        uint32_t count = ms_load_acquire(&s_tick_count);
        ms_monitor_stop();
        CU_ASSERT(count <= 21);
        if (count > best)
            best = count;
    }
    CU_ASSERT(best >= 18);
}

/* Missed ticks are not made up for. */
static void test_missed_ticks_are_skipped(void) {
    struct ms_monitor_hooks hooks = s_hooks(40);
    s_fill_ns[1] = 190 * MILLISECOND;
    CU_ASSERT_EQUAL_FATAL(ms_monitor_start(&hooks), 0);
    CU_ASSERT(s_wait_ticks(10));
    ms_monitor_stop();
    /* Tick 1 is stamped before it takes its time, in which four more would have come. */
    CU_ASSERT(s_ticks[2].time_ns - s_ticks[1].time_ns >= 190 * MILLISECOND);
    CU_ASSERT(s_ticks[9].time_ns >= (9 + 4) * 40 * MILLISECOND);
}

static void test_clock(void) {
    CU_ASSERT_EQUAL_FATAL(s_start(60000), 0);
    usleep(600000);
    uint64_t first = ms_load_relaxed(&s_now_ns);
    usleep(600000);
    uint64_t second = ms_load_relaxed(&s_now_ns);
    CU_ASSERT_EQUAL(ms_load_acquire(&s_tick_count), 1); /* the clock goes on between ticks */
    ms_monitor_stop();
    CU_ASSERT(first >= 400 * MILLISECOND && first < 5000 * MILLISECOND);
    CU_ASSERT(second - first >= 400 * MILLISECOND);
    CU_ASSERT(s_now_ns >= second);
}

static void test_housekeeping(void) {
    CU_ASSERT_EQUAL_FATAL(s_start(100), 0);
    usleep(2500000);
    uint32_t chores = ms_load_acquire(&s_chores);
    ms_monitor_stop();
    CU_ASSERT(chores == 2 || chores == 1); /* 1: a very busy machine */
}

static void test_tick_now(void) {
    ms_monitor_tick_now();
    CU_ASSERT_EQUAL_FATAL(s_start(60000), 0);
    CU_ASSERT(s_wait_ticks(1));
    for (uint32_t i = 1; i <= 20; i++) {
        ms_monitor_tick_now();
        CU_ASSERT_EQUAL(ms_load_acquire(&s_tick_count), i + 1);
        CU_ASSERT_EQUAL(s_tick_tid[i], ms_monitor_tid());
    }
    ms_monitor_stop();
    ms_monitor_tick_now();
    CU_ASSERT_EQUAL(s_tick_count, 22);
}

/* ---- what the ticks say ---- */

static void *s_sleep(void *data) {
    (void)data;
    pause();
    return NULL;
}

static uint64_t s_statm_bytes(void) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*u %lu", &pages) != 1)
        pages = 0;
    if (file != NULL)
        fclose(file);
    return pages * ms_os_page_size();
}

static int s_values_scenario(void) {
    enum { EXTRA = 64 << 20 };
    pthread_t thread;
    CHILD_CHECK(s_start(20) == 0);
    CHILD_CHECK(s_wait_ticks(1));
    /* The first rates have nothing to count from. */
    CHILD_CHECK(s_ticks[0].process_cpu_permille == MS_UNKNOWN_PERMILLE);
    CHILD_CHECK(s_ticks[0].cpu_usage_permille == MS_UNKNOWN_PERMILLE);
    CHILD_CHECK(s_ticks[0].disk_read_bps == MS_UNKNOWN_U64);
    CHILD_CHECK(s_ticks[0].network_tx_bps == MS_UNKNOWN_U64);
    CHILD_CHECK(s_ticks[0].thread_count == 1); /* the helper is not the program's */
    CHILD_CHECK(s_ticks[0].process_fds == (uint32_t)ms_os_count_entries("/proc/self/fd") - 1);
    char *memory = malloc(EXTRA);
    CHILD_CHECK(memory != NULL);
    for (size_t i = 0; i < EXTRA; i += 4096)
        ((volatile char *)memory)[i] = 1;
    CHILD_CHECK(pthread_create(&thread, NULL, s_sleep, NULL) == 0);
    usleep(700000);
    uint64_t rss = s_statm_bytes();
    ms_monitor_stop();
    const struct ms_tick *last = &s_ticks[s_tick_count - 1];
    CHILD_CHECK(last->process_rss_bytes > rss - EXTRA / 8);
    CHILD_CHECK(last->process_rss_bytes < rss + EXTRA / 8);
    CHILD_CHECK(last->process_rss_bytes >= EXTRA);
    CHILD_CHECK(last->thread_count == 2);
    CHILD_CHECK(last->process_minor_faults >= s_ticks[0].process_minor_faults + 16);
    CHILD_CHECK(last->process_major_faults < MS_UNKNOWN_U64);
    CHILD_CHECK(last->memory_usage_bytes <= last->memory_total_bytes);
    CHILD_CHECK(last->memory_usage_bytes >= EXTRA);
    CHILD_CHECK(last->memory_total_bytes < MS_UNKNOWN_U64);
    CHILD_CHECK(last->cpu_usage_permille <= 1000);
    CHILD_CHECK(last->disk_read_bps < MS_UNKNOWN_U64 && last->disk_write_bps < MS_UNKNOWN_U64);
    CHILD_CHECK(last->network_rx_bps < MS_UNKNOWN_U64 && last->network_tx_bps < MS_UNKNOWN_U64);
    CHILD_CHECK(last->process_read_bytes < MS_UNKNOWN_U64);
    if (last->gpu_count == 0) {
        CHILD_CHECK(last->gpu_usage_permille == MS_UNKNOWN_PERMILLE);
        CHILD_CHECK(last->gpu_memory_used == MS_UNKNOWN_U64);
        CHILD_CHECK(last->gpu_memory_total == MS_UNKNOWN_U64);
    }
    /* Of the child that this is, pages are shared with the parent. */
    CHILD_CHECK(last->process_pss_bytes >= EXTRA && last->process_pss_bytes <= rss + EXTRA / 8);
    CHILD_CHECK(s_ticks[0].process_pss_bytes < EXTRA);
    free(memory);
    return 0;
}

static void test_values(void) {
    CU_ASSERT_EQUAL(child_run(s_values_scenario), 0);
}

/* Against the clock of the only thread that works. */
static void test_process_cpu(void) {
    CU_ASSERT_EQUAL_FATAL(s_start(300), 0);
    CU_ASSERT(s_wait_ticks(1));
    uint64_t wall = ms_os_now_monotonic(), cpu[2] = {0, 0};
    ms_os_cpu_of_thread(&cpu[0]);
    while (ms_load_acquire(&s_tick_count) < 2)
        ;
    ms_os_cpu_of_thread(&cpu[1]);
    wall = ms_os_now_monotonic() - wall;
    usleep(400000);
    ms_monitor_stop();
    uint64_t expected = (cpu[1] - cpu[0]) * 1000 / wall;
    CU_ASSERT(s_ticks[1].process_cpu_permille + 150 >= expected);
    CU_ASSERT(s_ticks[1].process_cpu_permille <= expected + 150);
    CU_ASSERT(s_ticks[s_tick_count - 1].process_cpu_permille < 100); /* asleep since */
}

/* What the monitor itself uses is not the program's: neither while it runs nor when it has ended.
 */
static void test_own_cpu(void) {
    uint64_t sum = 0, before = 0, after = 0;
    CU_ASSERT_EQUAL_FATAL(s_start(1), 0);
    CU_ASSERT(s_wait_ticks(2));
    ms_os_cpu_of_process(&before);
    usleep(400000);
    ms_os_cpu_of_process(&after);
    uint32_t count = ms_load_acquire(&s_tick_count);
    ms_monitor_stop();
    CU_ASSERT_FATAL(count > 50);
    for (uint32_t i = 2; i < count; i++)
        sum += s_ticks[i].process_cpu_permille;
    uint64_t window = s_ticks[count - 1].time_ns - s_ticks[1].time_ns;
    CU_ASSERT(sum * window / (count - 2) / 1000 < (after - before) / 3); /* the program slept */
    CU_ASSERT_EQUAL_FATAL(s_start(60000), 0);
    for (int i = 0; i < 1000; i++)
        ms_monitor_tick_now();
    usleep(100000);
    ms_monitor_stop();
    CU_ASSERT(s_ticks[s_tick_count - 1].process_cpu_permille < 50);
}

/* ---- the program does not notice ---- */

static void test_caller_is_untouched(void) {
    sigset_t set, before, after;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_SETMASK, &set, &before);
    long files = ms_os_count_entries("/proc/self/fd");
    CU_ASSERT_FATAL(__libc_single_threaded);
    errno = 4711;
    CU_ASSERT_EQUAL(s_start(1), 0);
    ms_monitor_tick_now();
    while (ms_load_acquire(&s_tick_count) < 50)
        ms_os_wait(&s_tick_count, s_tick_count, MILLISECOND);
    CU_ASSERT(__libc_single_threaded);
    CU_ASSERT_EQUAL(ms_os_count_entries("/proc/self/fd"), files);
    ms_monitor_stop();
    CU_ASSERT_EQUAL(errno, 4711);
    CU_ASSERT(__libc_single_threaded);
    CU_ASSERT_EQUAL(ms_os_count_entries("/proc/self/fd"), files);
    CU_ASSERT_EQUAL(ms_os_count_entries("/proc/self/task"), 1);
    sigprocmask(SIG_SETMASK, &before, &after);
    CU_ASSERT(sigismember(&after, SIGUSR2) == 1 && sigismember(&after, SIGTERM) == 0);
}

/* A program that closes a number and opens it again gets the same one. */
static void test_takes_no_descriptor(void) {
    CU_ASSERT_EQUAL_FATAL(s_start(1), 0);
    int number = open("/dev/null", O_RDONLY);
    uint32_t others = 0;
    while (ms_load_acquire(&s_tick_count) < 1000) {
        close(number);
        others += open("/dev/null", O_RDONLY) != number;
    }
    ms_monitor_stop();
    close(number);
    CU_ASSERT_EQUAL(others, 0);
}

static int s_daemon_scenario(void) {
    CHILD_CHECK(s_start(5) == 0);
    CHILD_CHECK(s_wait_ticks(3));
    syscall(SYS_close_range, 3, ~0u, 0);
    struct rlimit limit = {16, 16};
    setrlimit(RLIMIT_NOFILE, &limit);
    while (open("/dev/null", O_RDONLY) >= 0)
        ;
    CHILD_CHECK(errno == EMFILE);
    uint32_t count = ms_load_acquire(&s_tick_count);
    CHILD_CHECK(s_wait_ticks(count + 3));
    /* The thread has numbers of its own left. */
    CHILD_CHECK(s_ticks[count + 2].process_rss_bytes < MS_UNKNOWN_U64);
    ms_monitor_stop();
    CHILD_CHECK(s_last_count == 1);
    CHILD_CHECK(s_ticks[s_tick_count - 1].process_rss_bytes == MS_UNKNOWN_U64);
    CHILD_CHECK(s_ticks[s_tick_count - 1].heap_live_bytes == 4711);
    return 0;
}

static void test_no_descriptors_left(void) {
    CU_ASSERT_EQUAL(child_run(s_daemon_scenario), 0);
}

/* From now on, for this thread and those it makes, NUMBER fails with EPERM. False: cannot. */
static bool s_forbid(unsigned number) {
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof(program) / sizeof(program[0]), program};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/* The kernel does not tell the number of descriptors as the size of their directory. */
static int s_counted_scenario(void) {
    if (!s_forbid(SYS_statx))
        return 77;
    uint32_t files = (uint32_t)ms_os_count_entries("/proc/self/fd") - 1;
    CHILD_CHECK(s_start(5) == 0);
    CHILD_CHECK(s_wait_ticks(1));
    ms_monitor_stop();
    CHILD_CHECK(s_ticks[0].process_fds == files);
    CHILD_CHECK(s_ticks[s_tick_count - 1].process_fds == files);
    return 0;
}

static void test_counted_descriptors(void) {
    int result = child_run(s_counted_scenario);
    CU_ASSERT(result == 0 || result == 77);
}

static int s_shared_scenario(void) {
    struct ms_monitor_hooks hooks = s_hooks(5);
    hooks.journal_fd = NULL;
    CHILD_CHECK(ms_monitor_start(&hooks) == 0);
    CHILD_CHECK(s_wait_ticks(5));
    CHILD_CHECK(s_ticks[4].process_rss_bytes < MS_UNKNOWN_U64);
    CHILD_CHECK(s_ticks[4].process_fds == (uint32_t)ms_os_count_entries("/proc/self/fd") - 1);
    ms_monitor_stop();
    return 0;
}

static void test_shared_descriptors(void) {
    CU_ASSERT_EQUAL(child_run(s_shared_scenario), 0);
}

/* A sandbox that forbids to open files: nothing is known but what needs none. */
static int s_sandbox_scenario(void) {
    if (!s_forbid(SYS_openat))
        return 77; /* no such thing here */
    CHILD_CHECK(s_start(5) == 0);
    CHILD_CHECK(s_wait_ticks(5));
    ms_monitor_stop();
    CHILD_CHECK(s_ticks[4].process_rss_bytes == MS_UNKNOWN_U64);
    CHILD_CHECK(s_ticks[4].memory_usage_bytes == MS_UNKNOWN_U64);
    CHILD_CHECK(s_ticks[4].cpu_usage_permille == MS_UNKNOWN_PERMILLE);
    CHILD_CHECK(s_ticks[4].thread_count == MS_UNKNOWN_PERMILLE);
    CHILD_CHECK(s_ticks[4].network_rx_bps == MS_UNKNOWN_U64);
    CHILD_CHECK(s_ticks[4].process_cpu_permille != MS_UNKNOWN_PERMILLE);
    CHILD_CHECK(s_ticks[4].heap_live_bytes == 4711);
    return 0;
}

static void test_sandbox(void) {
    int result = child_run(s_sandbox_scenario);
    CU_ASSERT(result == 0 || result == 77);
}

static int s_set_user_scenario(void) {
    char path[64], text[4096];
    if (geteuid() != 0)
        return 77;
    CHILD_CHECK(s_start(20) == 0);
    snprintf(path, sizeof(path), "/proc/self/task/%d/status", ms_monitor_tid());
    CHILD_CHECK(setresgid(4003, 4003, 4003) == 0 && setresuid(4001, 4001, 4001) == 0);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    for (int i = 0; i < 40; i++) {
        usleep(100000);
        CHILD_CHECK(ms_os_read_file(path, text, sizeof(text)) > 0);
        if (strstr(text, "Uid:\t4001\t4001\t4001\t4001\n") != NULL &&
            strstr(text, "Gid:\t4003\t4003\t4003\t4003\n") != NULL)
            break;
        CHILD_CHECK(i != 39);
    }
    CHILD_CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1);
    uint32_t count = ms_load_acquire(&s_tick_count);
    CHILD_CHECK(s_wait_ticks(count + 2));
    CHILD_CHECK(s_ticks[count + 1].process_rss_bytes < MS_UNKNOWN_U64);
    ms_monitor_stop();
    return 0;
}

static void test_follows_the_user(void) {
    int result = child_run(s_set_user_scenario);
    CU_ASSERT(result == 0 || result == 77);
}

static volatile sig_atomic_t s_signals_in_main;

static void s_count_signal(int signal) {
    (void)signal;
    if (ms_os_tid() == ms_os_pid())
        s_signals_in_main++;
    else
        _exit(3);
}

static int s_signal_scenario(void) {
    signal(SIGTERM, s_count_signal);
    CHILD_CHECK(s_start(1) == 0);
    for (int i = 0; i < 200; i++) {
        kill(getpid(), SIGTERM);
        usleep(100);
    }
    CHILD_CHECK(s_signals_in_main == 200);
    ms_monitor_stop();
    return 0;
}

static void test_signals_stay_in_the_program(void) {
    CU_ASSERT_EQUAL(child_run(s_signal_scenario), 0);
}

static int s_unshare(void) {
    return unshare(CLONE_NEWUSER) == 0 ? 0 : 77;
}

static int s_namespace_scenario(void) {
    CHILD_CHECK(!ms_monitor_pause()); /* it does not run */
    bool allowed = child_run(s_unshare) == 0;
    CHILD_CHECK(s_start(5) == 0);
    CHILD_CHECK(s_wait_ticks(3));
    CHILD_CHECK(unshare(CLONE_NEWUSER) != 0); /* the kernel counts the helper */
    CHILD_CHECK(ms_monitor_pause());
    CHILD_CHECK(ms_monitor_tid() == 0 && ms_os_count_entries("/proc/self/task") == 1);
    CHILD_CHECK(s_last_count == 0);
    CHILD_CHECK(!allowed || s_unshare() == 0);
    CHILD_CHECK(ms_monitor_resume() == 0);
    CHILD_CHECK(ms_monitor_resume() == -EALREADY);
    uint32_t count = ms_load_acquire(&s_tick_count);
    CHILD_CHECK(s_wait_ticks(count + 3));
    ms_monitor_stop();
    CHILD_CHECK(s_last_count == 1);
    return allowed ? 0 : 77;
}

static void test_pause(void) {
    int result = child_run(s_namespace_scenario);
    CU_ASSERT(result == 0 || result == 77);
}

/* ---- fork and end ---- */

static int s_forked_scenario(void) {
    CHILD_CHECK(ms_os_count_entries("/proc/self/task") == 1);
    ms_monitor_forked();
    CHILD_CHECK(ms_monitor_tid() == 0);
    ms_monitor_stop(); /* nothing to stop: no tick */
    CHILD_CHECK(s_last_count == 0);
    CHILD_CHECK(s_start(5) == 0);
    CHILD_CHECK(s_wait_ticks(5));
    ms_monitor_stop();
    CHILD_CHECK(s_last_count == 1);
    CHILD_CHECK(s_ticks[4].process_cpu_permille != MS_UNKNOWN_PERMILLE);
    return 9;
}

static void test_fork(void) {
    struct ms_monitor_hooks hooks = s_hooks(1);
    s_fill_ns[3] = 100 * MILLISECOND;
    CU_ASSERT_EQUAL_FATAL(ms_monitor_start(&hooks), 0);
    /* In the middle of a tick, and at any moment. */
    while (ms_load_acquire(&s_filling) == 0)
        ;
    for (int i = 0; i < 10; i++)
        CU_ASSERT_EQUAL(child_run(s_forked_scenario), 9);
    uint32_t count = ms_load_acquire(&s_tick_count);
    CU_ASSERT(s_wait_ticks(count + 2));
    ms_monitor_stop();
}

static int s_main_ends_scenario(void) {
    CHILD_CHECK(s_start(1) == 0);
    pthread_exit(NULL);
}

static void *s_outlive_main(void *data) {
    (void)data;
    usleep(50000);
    uint32_t count = ms_load_acquire(&s_tick_count);
    bool ticks = s_wait_ticks(count + 2);
    ms_monitor_stop();
    /* The main thread's memory is gone, the process's is not. */
    exit(ticks && s_ticks[count + 1].process_rss_bytes < MS_UNKNOWN_U64 ? 11 : 12);
}

static int s_main_ends_first_scenario(void) {
    pthread_t thread;
    CHILD_CHECK(s_start(1) == 0);
    CHILD_CHECK(pthread_create(&thread, NULL, s_outlive_main, NULL) == 0);
    pthread_exit(NULL);
}

static int s_exit_scenario(void) {
    CHILD_CHECK(s_start(1) == 0);
    atexit(ms_monitor_stop);
    exit(13);
}

static void test_ends(void) {
    CU_ASSERT_EQUAL(child_run(s_main_ends_scenario), 0);
    CU_ASSERT_EQUAL(child_run(s_main_ends_first_scenario), 11);
    CU_ASSERT_EQUAL(child_run(s_exit_scenario), 13);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("monitor", NULL, NULL);
    CU_ADD_TEST(suite, test_start_and_stop);
    CU_ADD_TEST(suite, test_slow_ticks);
    CU_ADD_TEST(suite, test_missed_ticks_are_skipped);
    CU_ADD_TEST(suite, test_clock);
    CU_ADD_TEST(suite, test_housekeeping);
    CU_ADD_TEST(suite, test_tick_now);
    CU_ADD_TEST(suite, test_values);
    CU_ADD_TEST(suite, test_process_cpu);
    CU_ADD_TEST(suite, test_own_cpu);
    CU_ADD_TEST(suite, test_caller_is_untouched);
    CU_ADD_TEST(suite, test_takes_no_descriptor);
    CU_ADD_TEST(suite, test_no_descriptors_left);
    CU_ADD_TEST(suite, test_shared_descriptors);
    CU_ADD_TEST(suite, test_counted_descriptors);
    CU_ADD_TEST(suite, test_sandbox);
    CU_ADD_TEST(suite, test_follows_the_user);
    CU_ADD_TEST(suite, test_signals_stay_in_the_program);
    CU_ADD_TEST(suite, test_pause);
    CU_ADD_TEST(suite, test_fork);
    CU_ADD_TEST(suite, test_ends);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
