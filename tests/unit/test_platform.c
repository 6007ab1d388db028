/* SPDX-License-Identifier: MIT */
/* The raw system calls, and the thread that libc does not know. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/atomics.h"
#include "child.h"
#include "platform/credentials.h"
#include "platform/helper_thread.h"
#include "platform/hidden_child.h"
#include "platform/os.h"

/* Code of the helper thread has no thread-local storage for a canary or a sanitizer. */
#define IN_HELPER                                                                                  \
    __attribute__((noinline, no_stack_protector, no_sanitize("address", "thread", "undefined")))

#define SECOND UINT64_C(1000000000)

static struct ms_helper_thread s_thread;
static uint32_t s_go;      /* the helper ends when it is 1 */
static uint32_t s_running; /* the helper is there */

static struct {
    int keep; /* for ms_helper_thread_own_files, -2: not called */
    bool own_files;
    long files;
    uint64_t clock;
} s_seen;

IN_HELPER static void s_wait_to_go(void *data) {
    (void)data;
    if (s_seen.keep != -2) {
        s_seen.own_files = ms_helper_thread_own_files(s_seen.keep);
        s_seen.files = ms_os_count_entries("/proc/thread-self/fd");
    }
    ms_store_release(&s_running, 1);
    ms_os_wake(&s_running);
    while (ms_load_acquire(&s_go) == 0)
        ms_os_wait(&s_go, 0, 10000000);
    s_seen.clock = ms_os_now_monotonic();
}

static int s_start(int keep) {
    s_seen.keep = keep;
    ms_store_relaxed(&s_go, 0);
    ms_store_relaxed(&s_running, 0);
    int result = ms_helper_thread_start(&s_thread, s_wait_to_go, NULL);
    for (int i = 0; result == 0 && i < 500 && ms_load_acquire(&s_running) == 0; i++)
        ms_os_wait(&s_running, 0, 10000000);
    return result;
}

static int s_end(void) {
    ms_store_release(&s_go, 1);
    ms_os_wake(&s_go);
    return ms_helper_thread_join(&s_thread, 5 * SECOND);
}

static long s_task_file(uint32_t tid, const char *name, char *text, size_t size) {
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/task/%u/%s", tid, name);
    return ms_os_read_file(path, text, size);
}

static bool s_task_says(uint32_t tid, const char *name, const char *what) {
    char text[8192];
    return s_task_file(tid, name, text, sizeof(text)) > 0 && strstr(text, what) != NULL;
}

static void test_thread(void) {
    CU_ASSERT_EQUAL_FATAL(s_start(-2), 0);
    uint32_t tid = ms_load_acquire(&s_thread.tid);
    CU_ASSERT(tid != 0 && tid != (uint32_t)ms_os_tid());
    CU_ASSERT(s_task_says(tid, "comm", "memscope\n"));
    /* All of 64 but SIGKILL and SIGSTOP, which no mask holds. */
    CU_ASSERT(s_task_says(tid, "status", "SigBlk:\tfffffffffffbfeff"));
    CU_ASSERT_EQUAL(ms_os_count_entries("/proc/self/task"), 2);
    CU_ASSERT_EQUAL(ms_helper_thread_start(&s_thread, s_wait_to_go, NULL), -EALREADY);
    CU_ASSERT_EQUAL(ms_load_acquire(&s_thread.tid), tid);
    CU_ASSERT_EQUAL(ms_helper_thread_join(&s_thread, 20000000), -ETIMEDOUT);
    CU_ASSERT_EQUAL(s_end(), 0);
    CU_ASSERT_EQUAL(s_thread.tid, 0);
    CU_ASSERT_EQUAL(ms_helper_thread_join(&s_thread, 0), 0);
}

/* The end of the thread wakes the one who waits, and the kernel has forgotten it then. */
static void test_join(void) {
    for (int i = 0; i < 100; i++) {
        CU_ASSERT_EQUAL_FATAL(s_start(-2), 0);
        int tid = (int)s_thread.tid;
        uint64_t before = ms_os_now_monotonic();
        CU_ASSERT_EQUAL(s_end(), 0);
        CU_ASSERT_FALSE(ms_os_thread_alive(getpid(), tid));
        CU_ASSERT_FATAL(ms_os_now_monotonic() - before < 4 * SECOND); /* s_end waits for 5 */
    }
}

static void test_caller_is_untouched(void) {
    sigset_t set, before, after;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_SETMASK, &set, NULL);
    sigprocmask(SIG_SETMASK, NULL, &before);
    errno = 4711;
    for (int i = 0; i < 20; i++) {
        CU_ASSERT_EQUAL(s_start(-1), 0);
        CU_ASSERT_EQUAL(s_end(), 0);
    }
    CU_ASSERT_EQUAL(errno, 4711);
    sigprocmask(SIG_SETMASK, NULL, &after);
    CU_ASSERT_EQUAL(memcmp(&before, &after, 8), 0);
    CU_ASSERT_EQUAL(sigismember(&after, SIGUSR2), 1);
    CU_ASSERT_EQUAL(sigismember(&after, SIGTERM), 0);
    sigemptyset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
}

static void test_libc_stays_single_threaded(void) {
    CU_ASSERT_FATAL(__libc_single_threaded);
    CU_ASSERT_EQUAL(s_start(-1), 0);
    CU_ASSERT(__libc_single_threaded);
    CU_ASSERT_EQUAL(s_end(), 0);
    CU_ASSERT(__libc_single_threaded);
}

static void test_stack_has_a_guard(void) {
    CU_ASSERT_EQUAL(s_start(-2), 0);
    char maps[65536], line[64];
    snprintf(line, sizeof(line), "%lx-%lx ---p", (unsigned long)s_thread.pages,
             (unsigned long)s_thread.pages + ms_os_page_size());
    CU_ASSERT(ms_os_read_file("/proc/self/maps", maps, sizeof(maps)) > 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(maps, line));
    CU_ASSERT_EQUAL(s_end(), 0);
}

static void test_own_files(void) {
    int pipe_ends[2];
    CU_ASSERT_EQUAL_FATAL(pipe(pipe_ends), 0);
    int keep = fcntl(pipe_ends[0], F_DUPFD_CLOEXEC, 40);
    long before = ms_os_count_entries("/proc/self/fd");
    CU_ASSERT_EQUAL(s_start(keep), 0);
    CU_ASSERT(s_seen.own_files);
    CU_ASSERT_EQUAL(s_seen.files, 2); /* KEEP and the directory that is counted */
    CU_ASSERT_EQUAL(ms_os_count_entries("/proc/self/fd"), before);
    /* The helper holds nothing open but KEEP: the reader sees the end. */
    char byte;
    close(pipe_ends[1]);
    fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK);
    CU_ASSERT_EQUAL(read(pipe_ends[0], &byte, 1), 0);
    CU_ASSERT_EQUAL(s_end(), 0);
    CU_ASSERT_EQUAL(ms_os_count_entries("/proc/self/fd"), before - 1);
    CU_ASSERT_EQUAL(s_start(-1), 0);
    CU_ASSERT_EQUAL(s_seen.files, 1);
    CU_ASSERT_EQUAL(s_end(), 0);
    close(keep);
    close(pipe_ends[0]);
}

/* ---- scenarios ---- */

static volatile sig_atomic_t s_handler_tid;

static void s_note_tid(int signal) {
    (void)signal;
    s_handler_tid = ms_os_tid();
}

static int s_signal_scenario(void) {
    sigset_t set, pending;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    signal(SIGTERM, s_note_tid);
    sigprocmask(SIG_BLOCK, &set, NULL);
    CHILD_CHECK(s_start(-1) == 0);
    kill(getpid(), SIGTERM);
    usleep(50000);
    sigpending(&pending);
    CHILD_CHECK(s_handler_tid == 0 && sigismember(&pending, SIGTERM));
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    CHILD_CHECK(s_handler_tid == getpid());
    return s_end() == 0 ? 0 : 1;
}

static void test_no_signal_reaches_the_helper(void) {
    CU_ASSERT_EQUAL(child_run(s_signal_scenario), 0);
}

static void *s_start_in_thread(void *data) {
    *(int *)data = s_start(-1);
    return NULL;
}

/* The memory of the creating thread, with its thread-local storage, is gone. */
static int s_orphan_scenario(void) {
    enum { SIZE = 1 << 20 };
    pthread_attr_t attributes;
    pthread_t creator;
    int started = -1;
    void *stack =
        mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    CHILD_CHECK(stack != MAP_FAILED);
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack, SIZE);
    CHILD_CHECK(pthread_create(&creator, &attributes, s_start_in_thread, &started) == 0);
    pthread_join(creator, NULL);
    CHILD_CHECK(started == 0);
    munmap(stack, SIZE);
    usleep(50000);
    CHILD_CHECK(s_end() == 0);
    CHILD_CHECK(s_seen.clock != 0);
    return 0;
}

static void test_creator_may_end(void) {
    CU_ASSERT_EQUAL(child_run(s_orphan_scenario), 0);
}

static int s_main_ends_scenario(void) {
    CHILD_CHECK(s_start(-1) == 0);
    pthread_exit(NULL);
}

static void *s_end_process(void *data) {
    (void)data;
    usleep(50000);
    exit(s_end() == 0 ? 7 : 8);
}

static int s_main_ends_first_scenario(void) {
    pthread_t thread;
    CHILD_CHECK(s_start(-1) == 0);
    CHILD_CHECK(pthread_create(&thread, NULL, s_end_process, NULL) == 0);
    pthread_exit(NULL);
}

static void test_main_thread_may_end(void) {
    CU_ASSERT_EQUAL(child_run(s_main_ends_scenario), 0);
    CU_ASSERT_EQUAL(child_run(s_main_ends_first_scenario), 7);
}

static int s_exec_scenario(void) {
    CHILD_CHECK(s_start(-1) == 0);
    execl("/bin/sh", "sh", "-c", "exit 5", (char *)NULL);
    return 1;
}

static int s_child_of_helped(void) {
    CHILD_CHECK(ms_os_count_entries("/proc/self/task") == 1);
    CHILD_CHECK(s_thread.tid != 0 && s_thread.pages != NULL);
    ms_helper_thread_forget(&s_thread);
    CHILD_CHECK(s_thread.tid == 0 && s_thread.pages == NULL);
    CHILD_CHECK(s_start(-1) == 0);
    CHILD_CHECK(s_end() == 0);
    return 6;
}

static void test_fork_and_exec(void) {
    CU_ASSERT_EQUAL(child_run(s_exec_scenario), 5);
    CU_ASSERT_EQUAL(s_start(-1), 0);
    CU_ASSERT_EQUAL(child_run(s_child_of_helped), 6);
    CU_ASSERT_EQUAL(s_end(), 0);
}

static int s_real_time_scenario(void) {
    struct sched_param parameter = {.sched_priority = 1};
    if (sched_setscheduler(0, SCHED_FIFO, &parameter) != 0)
        return 77; /* not allowed here */
    CHILD_CHECK(s_start(-1) == 0);
    CHILD_CHECK(sched_getscheduler((pid_t)s_thread.tid) == SCHED_OTHER);
    CHILD_CHECK(sched_getscheduler(0) == SCHED_FIFO);
    return s_end() == 0 ? 0 : 1;
}

static void test_no_real_time_priority(void) {
    int result = child_run(s_real_time_scenario);
    CU_ASSERT(result == 0 || result == 77);
}

static int s_credentials_scenario(void) {
    struct ms_credentials own, wanted = {{4001, 4002, 4001}, {4003, 4004, 4005}};
    CHILD_CHECK(ms_credentials_get(&own) == 0);
    CHILD_CHECK(own.uid[1] == geteuid() && own.gid[1] == getegid());
    CHILD_CHECK(!ms_credentials_equal(&own, &wanted));
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    if (own.uid[1] == 0)
        CHILD_CHECK(setgroups(1, (const gid_t[]){4006}) == 0 && getgroups(0, NULL) == 1);
    int result = ms_credentials_assume(&wanted);
    if (own.uid[1] != 0)
        return result == -EPERM ? 0 : 1;
    CHILD_CHECK(result == 0);
    CHILD_CHECK(ms_credentials_get(&own) == 0 && ms_credentials_equal(&own, &wanted));
    CHILD_CHECK(getgroups(0, NULL) == 0);
    CHILD_CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1);
    return 0;
}

static void test_credentials(void) {
    CU_ASSERT_EQUAL(child_run(s_credentials_scenario), 0);
}

/* ---- calls ---- */

static void test_count_entries(void) {
    char directory[] = "memscope-test-platform.XXXXXX", path[64];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
    CU_ASSERT_EQUAL(ms_os_count_entries(directory), 0);
    for (int i = 0; i < 300; i++) { /* more than one call of the kernel returns */
        snprintf(path, sizeof(path), "%s/%sname-%d", directory, i % 3 == 0 ? ".." : "", i);
        close(open(path, O_CREAT | O_WRONLY, 0600));
    }
    CU_ASSERT_EQUAL(ms_os_count_entries(directory), 300);
    for (int i = 0; i < 300; i++) {
        snprintf(path, sizeof(path), "%s/%sname-%d", directory, i % 3 == 0 ? ".." : "", i);
        unlink(path);
    }
    CU_ASSERT_EQUAL(ms_os_count_entries(directory), 0);
    rmdir(directory);
    errno = 4711;
    CU_ASSERT_EQUAL(ms_os_count_entries(directory), -ENOENT);
    CU_ASSERT_EQUAL(errno, 4711);
}

static void test_files(void) {
    char path[] = "memscope-test-platform.XXXXXX", text[32];
    uint64_t size = 0;
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(ms_os_write(fd, "twenty bytes of text", 20), 20);
    ms_os_close(fd);
    CU_ASSERT_EQUAL(ms_os_stat_size(path, &size), 0);
    CU_ASSERT_EQUAL(size, 20);
    CU_ASSERT_EQUAL(ms_os_read_file(path, text, sizeof(text)), 20);
    CU_ASSERT_STRING_EQUAL(text, "twenty bytes of text");
    CU_ASSERT_EQUAL(ms_os_read_file(path, text, 7), -EFBIG);
    CU_ASSERT_STRING_EQUAL(text, "twenty");
    CU_ASSERT_EQUAL(ms_os_unlink(path), 0);
    errno = 4711;
    CU_ASSERT_EQUAL(ms_os_read_file(path, text, sizeof(text)), -ENOENT);
    CU_ASSERT_EQUAL(ms_os_stat_size(path, &size), -ENOENT);
    CU_ASSERT_EQUAL(size, 20);
    CU_ASSERT_EQUAL(ms_os_open(path, O_RDONLY, 0), -ENOENT);
    CU_ASSERT_EQUAL(ms_os_close(-1), -EBADF);
    CU_ASSERT_EQUAL(errno, 4711);
}

static void test_processor_time(void) {
    uint64_t process[2], thread[2];
    CU_ASSERT_EQUAL(ms_os_cpu_of_process(&process[0]), 0);
    CU_ASSERT_EQUAL(ms_os_cpu_of_thread(&thread[0]), 0);
    uint64_t end = thread[0] + 20000000;
    do {
        CU_ASSERT_EQUAL_FATAL(ms_os_cpu_of_thread(&thread[1]), 0);
    } while (thread[1] < end);
    CU_ASSERT_EQUAL(ms_os_cpu_of_process(&process[1]), 0);
    CU_ASSERT(process[1] - process[0] >= thread[1] - thread[0]);
    CU_ASSERT(process[0] >= thread[0]);
    uint64_t slept = thread[1];
    usleep(30000);
    CU_ASSERT_EQUAL(ms_os_cpu_of_thread(&thread[1]), 0);
    CU_ASSERT(thread[1] - slept < 20000000); /* waiting is no processor time */
}

/* ---- hidden children ---- */

static volatile sig_atomic_t s_sigchld;
static void s_on_child(int signal) {
    (void)signal;
    s_sigchld++;
}

static int s_run_shell(const char *script, int *status) {
    static char s_name[] = "sh", s_option[] = "-c";
    char *arguments[] = {s_name, s_option, (char *)(uintptr_t)script, NULL};
    char *environment[] = {NULL};
    struct ms_hidden_program program = {
        .path = "/bin/sh", .name = "sh", .arguments = arguments, .environment = environment};
    return ms_hidden_child_run(&program, status);
}

static void s_check_unseen(void) {
    int status = -1;
    CU_ASSERT_EQUAL(s_run_shell("exit 7", &status), 0);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    CU_ASSERT_EQUAL(s_run_shell("kill -9 $$", &status), 0);
    CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    /* Nothing of ours is blocked or ignored there; glibc ignores its own 32 and 33 in what it
     * spawns. */
    CU_ASSERT_EQUAL(s_run_shell("while read -r name mask; do case $name$mask in SigBlk:*[1-9a-f]*|"
                                "SigIgn:?????????*[1-9a-f]*) exit 1;; esac; "
                                "done </proc/self/status",
                                &status),
                    0);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    errno = 0;
    CU_ASSERT_EQUAL(waitpid(-1, NULL, WNOHANG | __WALL), -1);
    CU_ASSERT_EQUAL(errno, ECHILD);
    CU_ASSERT_EQUAL(s_sigchld, 0);
}

static void test_hidden_child(void) {
    sigset_t set, old, now;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, s_on_child);
    s_check_unseen();
    signal(SIGCHLD, SIG_IGN);
    s_check_unseen();
    CU_ASSERT_PTR_EQUAL(signal(SIGCHLD, SIG_DFL), SIG_IGN);
    sigfillset(&set);
    sigprocmask(SIG_SETMASK, &set, &old);
    s_check_unseen();
    sigprocmask(SIG_SETMASK, &old, &now);
    CU_ASSERT(sigismember(&now, SIGUSR1) == 1 && sigismember(&now, SIGCHLD) == 1);
}

static void test_hidden_child_that_is_not_there(void) {
    char *nothing[] = {NULL};
    struct ms_hidden_program program = {
        .path = "/nowhere/program", .arguments = nothing, .environment = nothing};
    int status = 0;
    errno = 77;
    CU_ASSERT_EQUAL(ms_hidden_child_run(&program, &status), -ENOENT);
    program = (struct ms_hidden_program){
        .name = "memscope-no-such-program", .arguments = nothing, .environment = nothing};
    CU_ASSERT_EQUAL(ms_hidden_child_run(&program, &status), -ENOENT);
    CU_ASSERT_EQUAL(errno, 77);
}

/* A thread that is to be cancelled gets its child's status first. */
static void *s_run_cancelled(void *status) {
    pthread_cancel(pthread_self());
    if (s_run_shell("exit 3", status) != 0)
        *(int *)status = -1;
    pthread_testcancel();
    return NULL;
}

static void test_hidden_child_of_a_cancelled_thread(void) {
    pthread_t thread;
    int status = -1;
    void *result = NULL;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, s_run_cancelled, &status), 0);
    pthread_join(thread, &result);
    CU_ASSERT_PTR_EQUAL(result, PTHREAD_CANCELED);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 3);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("platform", NULL, NULL);
    CU_ADD_TEST(suite, test_thread);
    CU_ADD_TEST(suite, test_join);
    CU_ADD_TEST(suite, test_caller_is_untouched);
    CU_ADD_TEST(suite, test_libc_stays_single_threaded);
    CU_ADD_TEST(suite, test_stack_has_a_guard);
    CU_ADD_TEST(suite, test_own_files);
    CU_ADD_TEST(suite, test_no_signal_reaches_the_helper);
    CU_ADD_TEST(suite, test_creator_may_end);
    CU_ADD_TEST(suite, test_main_thread_may_end);
    CU_ADD_TEST(suite, test_fork_and_exec);
    CU_ADD_TEST(suite, test_no_real_time_priority);
    CU_ADD_TEST(suite, test_credentials);
    CU_ADD_TEST(suite, test_count_entries);
    CU_ADD_TEST(suite, test_files);
    CU_ADD_TEST(suite, test_processor_time);
    CU_ADD_TEST(suite, test_hidden_child);
    CU_ADD_TEST(suite, test_hidden_child_that_is_not_there);
    CU_ADD_TEST(suite, test_hidden_child_of_a_cancelled_thread);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
