/* SPDX-License-Identifier: MIT */
#include "platform/stopped.h"

#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "base/atomics.h"
#include "platform/os.h"
#include "platform/raw_call.h"

#define STACK_BYTES ((size_t)1 << 17)
#define STOP_WAIT   UINT64_C(500000000) /* for all threads together; one in vfork() does not stop */
#define STOP_POLL   UINT64_C(50000)
#define KILL_WAIT   UINT64_C(1000000000) /* for the child to end when it is killed */
#define HIT         3                    /* the child's exit status when it was hit by a signal */

struct s_job {
    void (*run)(void *data, const struct ms_stopped *stopped);
    void *data;
    int pid, caller, helper;
    uint32_t go;    /* futex. Synchronization: atomic */
    uint32_t child; /* futex: cleared by the kernel when the child has ended */
    bool is_done;
    bool found_more;
    uint64_t stop_end; /* no thread is waited for longer */
    struct ms_stopped stopped;
    struct ms_stopped_thread threads[MS_STOPPED_LIMIT];
    int skipped[MS_STOPPED_LIMIT]; /* threads that could not be stopped */
};

/* ---- in the child ---- */

static void s_hit(int signal) {
    (void)signal;
    CALL1(SYS_exit_group, HIT);
}

/* The program's handlers must not run here, in its memory: all signals stay blocked but those of
 * faults, which end the child. Never with a core: the kernel would end all processes with this
 * memory for it. */
static void s_catch_faults(void) {
    static const int s_faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};
    uint64_t blocked = ~UINT64_C(0);
    for (size_t i = 0; i < sizeof(s_faults) / sizeof(s_faults[0]); i++) {
        struct sigaction action = {.sa_handler = s_hit};
        sigaction(s_faults[i], &action, NULL);
        blocked &= ~(UINT64_C(1) << (s_faults[i] - 1));
    }
    ms_os_restore_signals(&blocked);
}

static void s_read_registers(struct ms_stopped_thread *thread) {
    union {
        struct user_regs_struct all;
        uintptr_t words[MS_STOPPED_REGISTERS];
    } registers = {.words = {0}};
    struct iovec place = {&registers, sizeof(registers)};
    if (CALL4(SYS_ptrace, PTRACE_GETREGSET, thread->tid, NT_PRSTATUS, &place) != 0)
        return;
    thread->count = (uint32_t)(place.iov_len / sizeof(uintptr_t));
    for (uint32_t i = 0; i < thread->count; i++)
        thread->registers[i] = registers.words[i];
#if defined(__x86_64__)
    thread->stack_pointer = registers.all.rsp;
    thread->thread_pointer = registers.all.fs_base;
#else
    thread->stack_pointer = registers.all.sp;
    place = (struct iovec){&thread->thread_pointer, sizeof(thread->thread_pointer)};
    CALL4(SYS_ptrace, PTRACE_GETREGSET, thread->tid, NT_ARM_TLS, &place);
#endif
}

/* Waits until TID stands still; *SIGNAL is what it was about to get. False: it is gone, or does not
 * stop. */
static bool s_wait_for_stop(const struct s_job *job, int tid, int *signal) {
    const uint32_t never = 0;
    for (;;) {
        int status = 0;
        long result = CALL4(SYS_wait4, tid, &status, __WALL | WNOHANG, NULL);
        if (result == tid && WIFSTOPPED(status)) {
            *signal = status >> 16 == 0 ? WSTOPSIG(status) : 0; /* else an event of ptrace */
            return true;
        }
        if (result == tid || (result < 0 && result != -EINTR) ||
            ms_os_now_monotonic() > job->stop_end)
            return false;
        ms_os_wait(&never, 0, STOP_POLL);
    }
}

static bool s_is_known(const struct s_job *job, int tid) {
    if (tid == job->caller || tid == job->helper)
        return true;
    for (uint32_t i = 0; i < job->stopped.count; i++) {
        if (job->threads[i].tid == tid)
            return true;
    }
    for (uint32_t i = 0; i < job->stopped.running; i++) {
        if (job->skipped[i] == tid)
            return true;
    }
    return false;
}

static char *s_add_number(char *at, int number) {
    char digits[12];
    int count = 0;
    for (; number != 0; number /= 10)
        digits[count++] = (char)('0' + number % 10);
    while (count != 0)
        *at++ = digits[--count];
    return at;
}

/* A main thread that has ended before the others stays on the list. */
static bool s_has_ended(int pid, int tid) {
    char path[64] = "/proc/", text[512];
    char *at = s_add_number(path + 6, pid);
    at = s_add_number((char *)memcpy(at, "/task/", 6) + 6, tid);
    memcpy(at, "/stat", 6);
    if (ms_os_read_file(path, text, sizeof(text)) <= 0)
        return !ms_os_thread_alive(pid, tid);
    const char *state = strrchr(text, ')'); /* the name may hold one, too */
    return state != NULL && (state[2] == 'Z' || state[2] == 'X');
}

static void s_stop(void *data, const char *name) {
    struct s_job *job = data;
    int tid = 0;
    for (; *name >= '0' && *name <= '9'; name++)
        tid = tid * 10 + (*name - '0');
    if (tid == 0 || s_is_known(job, tid))
        return;
    job->found_more = true;
    struct ms_stopped_thread *thread = &job->threads[job->stopped.count];
    *thread = (struct ms_stopped_thread){.tid = tid};
    long result = -EAGAIN;
    if (job->stopped.count < MS_STOPPED_LIMIT)
        result = CALL4(SYS_ptrace, PTRACE_SEIZE, tid, 0, 0);
    if (result == 0) {
        CALL4(SYS_ptrace, PTRACE_INTERRUPT, tid, 0, 0);
        if (s_wait_for_stop(job, tid, &thread->signal)) {
            s_read_registers(thread);
            job->stopped.count++;
            return;
        }
    }
    if (!s_has_ended(job->pid, tid) && job->stopped.running < MS_STOPPED_LIMIT)
        job->skipped[job->stopped.running++] = tid;
}

/* Until no new ones are found: a thread may have made another before it stood still. */
static void s_stop_all(struct s_job *job) {
    char path[32] = "/proc/";
    memcpy(s_add_number(path + 6, job->pid), "/task", 6);
    job->stop_end = ms_os_now_monotonic() + STOP_WAIT;
    do {
        job->found_more = false;
        if (ms_os_list(path, s_stop, job) < 0)
            job->stopped.running = MS_STOPPED_LIMIT; /* nobody knows */
    } while (job->found_more && ms_os_now_monotonic() < job->stop_end);
}

static int s_child(void *data) {
    struct s_job *job = data;
    CALL5(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    while (ms_load_acquire(&job->go) == 0)
        ms_os_wait(&job->go, 0, UINT64_C(1000000000));
    s_catch_faults();
    s_stop_all(job);
    job->run(job->data, &job->stopped);
    for (uint32_t i = 0; i < job->stopped.count; i++)
        CALL4(SYS_ptrace, PTRACE_DETACH, job->threads[i].tid, 0, job->threads[i].signal);
    job->is_done = true;
    CALL1(SYS_exit_group, 0);
    return 0;
}

/* ---- in the process ---- */

/* Where a process may only be traced by its ancestors (Yama), the child is let. Afterwards nobody
 * is: whom the program had named cannot be asked for. */
static bool s_let(int child) {
    char scope[8];
    if (ms_os_read_file("/proc/sys/kernel/yama/ptrace_scope", scope, sizeof(scope)) <= 0 ||
        scope[0] != '1')
        return false;
    CALL5(SYS_prctl, PR_SET_PTRACER, child, 0, 0, 0);
    return true;
}

static bool s_wait_for_end(struct s_job *job, uint64_t timeout_ns) {
    uint64_t end = ms_os_now_monotonic() + timeout_ns;
    for (uint32_t child; (child = ms_load_acquire(&job->child)) != 0;) {
        uint64_t now = ms_os_now_monotonic();
        if (now >= end)
            return false;
        uint64_t left = end - now;
        struct timespec timeout = {(time_t)(left / 1000000000), (long)(left % 1000000000)};
        /* Not FUTEX_WAIT_PRIVATE: the kernel wakes a cleared tid as a shared futex. */
        CALL4(SYS_futex, &job->child, 0 /* FUTEX_WAIT */, child, &timeout);
    }
    return true;
}

/* *IS_THERE: the child has not ended and uses JOB and STACK. */
static enum ms_stopped_failure s_run(struct s_job *job, char *stack, uint64_t timeout_ns,
                                     bool *is_there) {
    int flags = CLONE_VM | CLONE_FS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
    int child = clone(s_child, stack + STACK_BYTES, flags, job, &job->child, NULL, &job->child);
    if (child < 0)
        return MS_STOPPED_NO_CHILD;
    bool let = s_let(child);
    ms_store_release(&job->go, 1);
    ms_os_wake(&job->go);
    bool ended = s_wait_for_end(job, timeout_ns);
    if (!ended) {
        CALL2(SYS_kill, child, SIGKILL);
        *is_there = !s_wait_for_end(job, KILL_WAIT);
    }
    CALL4(SYS_wait4, child, NULL, __WCLONE | (*is_there ? WNOHANG : 0), NULL);
    if (let)
        CALL5(SYS_prctl, PR_SET_PTRACER, 0, 0, 0, 0);
    if (!ended)
        return MS_STOPPED_TOO_LONG;
    return job->is_done ? MS_STOPPED_FINE : MS_STOPPED_DIED;
}

enum ms_stopped_failure ms_stopped_run(void (*run)(void *data, const struct ms_stopped *stopped),
                                       void *data, int helper, uint64_t timeout_ns) {
    /* The helper's errno is that of a thread of the program, which runs. */
    bool is_helper = ms_os_tid() == helper;
    int saved = is_helper ? 0 : errno;
    uint64_t signals;
    bool is_there = false;
    enum ms_stopped_failure result = MS_STOPPED_NO_CHILD;
    struct s_job *job = ms_os_map_pages(sizeof(*job));
    char *stack = ms_os_map_pages(STACK_BYTES);
    if (job != NULL && stack != NULL) {
        job->run = run;
        job->data = data;
        job->pid = ms_os_pid();
        job->caller = ms_os_tid();
        job->helper = helper;
        job->stopped.threads = job->threads;
        ms_os_block_signals(&signals);
        result = s_run(job, stack, timeout_ns, &is_there);
        ms_os_restore_signals(&signals);
    }
    if (job != NULL && !is_there)
        ms_os_unmap(job, sizeof(*job));
    if (stack != NULL && !is_there)
        ms_os_unmap(stack, STACK_BYTES);
    if (!is_helper)
        errno = saved;
    return result;
}
