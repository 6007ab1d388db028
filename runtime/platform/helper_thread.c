/* SPDX-License-Identifier: MIT */
#include "platform/helper_thread.h"

#include <errno.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/atomics.h"
#include "platform/os.h"
#include "platform/raw_call.h"

#define STACK_BYTES 65536
/* The combination that valgrind and qemu take for a thread; without CLONE_SETTLS. */
#define CLONE_FLAGS                                                                                \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |            \
     CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)
#define TIMER_SLACK_NS 1000000 /* wake together with others */
/* Between the end of the thread's use of its memory and the kernel's count of threads. */
#define RELEASE_WAIT_NS  UINT64_C(50000)
#define RELEASE_ATTEMPTS 200

/* The first frame of the thread. */
static void s_enter(struct ms_helper_thread *thread) {
    CALL5(SYS_prctl, PR_SET_NAME, "memscope", 0, 0, 0);
    CALL5(SYS_prctl, PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
    /* The creator's real-time priority is the program's, not ours. */
    long policy = CALL1(SYS_sched_getscheduler, 0) & ~(long)SCHED_RESET_ON_FORK;
    if (policy == SCHED_FIFO || policy == SCHED_RR) {
        struct sched_param none = {0};
        CALL3(SYS_sched_setscheduler, 0, SCHED_OTHER, &none);
    }
    thread->run(thread->data);
}

/*
 * The child starts behind the system call with nothing on its new stack but what was put there
 * before: s_enter and its argument. It must not return into this function, whose frame is on the
 * parent's stack.
 */
#if defined(__x86_64__)
static long s_clone(unsigned char *stack_end, struct ms_helper_thread *thread) {
    void **top = (void **)stack_end;
    *--top = (void *)s_enter;
    *--top = thread;
    long result;
    register long r10 __asm__("r10") = (long)&thread->tid;
    register long r8 __asm__("r8") = 0;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "pop %%rdi\n\t"
                     "pop %%rax\n\t"
                     "call *%%rax\n\t"
                     "xor %%edi, %%edi\n\t"
                     "mov %[exit], %%eax\n\t"
                     "syscall\n\t"
                     "hlt\n"
                     "1:"
                     : "=a"(result)
                     : "a"((long)SYS_clone), "D"((long)CLONE_FLAGS), "S"(top), "d"(&thread->tid),
                       "r"(r10), "r"(r8), [exit] "i"(SYS_exit)
                     : "rcx", "r11", "memory", "cc");
    return result;
}
#elif defined(__aarch64__)
static long s_clone(unsigned char *stack_end, struct ms_helper_thread *thread) {
    void **top = (void **)stack_end;
    *--top = (void *)s_enter;
    *--top = thread;
    register long x8 __asm__("x8") = SYS_clone;
    register long x0 __asm__("x0") = (long)CLONE_FLAGS;
    register long x1 __asm__("x1") = (long)top;
    register long x2 __asm__("x2") = (long)&thread->tid;
    register long x3 __asm__("x3") = 0;
    register long x4 __asm__("x4") = (long)&thread->tid;
    __asm__ volatile("svc 0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x29, xzr\n\t"
                     "mov x30, xzr\n\t"
                     "ldp x0, x9, [sp], #16\n\t"
                     "blr x9\n\t"
                     "mov x0, xzr\n\t"
                     "mov x8, %[exit]\n\t"
                     "svc 0\n\t"
                     "brk #0\n"
                     "1:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), [exit] "i"(SYS_exit)
                     : "memory", "cc");
    return x0;
}
#endif

int ms_helper_thread_start(struct ms_helper_thread *thread, void (*run)(void *), void *data) {
    if (ms_load_acquire(&thread->tid) != 0)
        return -EALREADY;
    size_t page = ms_os_page_size();
    size_t size = page + STACK_BYTES;
    unsigned char *pages = thread->pages;
    if (pages == NULL) {
        pages = ms_os_map_pages(size);
        if (pages == NULL)
            return -ENOMEM;
        CALL3(SYS_mprotect, pages, page, PROT_NONE);
    }
    *thread =
        (struct ms_helper_thread){.run = run, .data = data, .pages = pages, .pages_size = size};
    uint64_t signals;
    ms_os_block_signals(&signals);
    long result = s_clone(pages + size, thread);
    ms_os_restore_signals(&signals);
    if (result > 0)
        return 0;
    ms_helper_thread_forget(thread);
    return (int)result;
}

int ms_helper_thread_join(struct ms_helper_thread *thread, uint64_t timeout_ns) {
    uint64_t end = ms_os_now_monotonic() + timeout_ns;
    uint32_t tid = ms_load_acquire(&thread->tid), last = tid;
    while (tid != 0) {
        uint64_t now = ms_os_now_monotonic();
        if (now >= end)
            return -ETIMEDOUT;
        uint64_t left = end - now;
        struct timespec timeout = {(time_t)(left / 1000000000), (long)(left % 1000000000)};
        /* Not FUTEX_WAIT_PRIVATE: the kernel wakes a cleared tid as a shared futex. */
        CALL4(SYS_futex, &thread->tid, FUTEX_WAIT, tid, &timeout);
        tid = ms_load_acquire(&thread->tid);
    }
    const uint32_t never = 0;
    int pid = ms_os_pid();
    for (int i = 0; i < RELEASE_ATTEMPTS && last != 0 && ms_os_thread_alive(pid, (int)last); i++)
        ms_os_wait(&never, 0, RELEASE_WAIT_NS);
    ms_helper_thread_forget(thread);
    return 0;
}

void ms_helper_thread_forget(struct ms_helper_thread *thread) {
    if (thread->pages != NULL)
        ms_os_unmap(thread->pages, thread->pages_size);
    *thread = (struct ms_helper_thread){0};
}

bool ms_helper_thread_own_files(int keep) {
    /* Only numbers up to KEEP are copied into the new table, so that nothing above is held open. */
    if (CALL3(SYS_close_range, keep + 1, ~0u, CLOSE_RANGE_UNSHARE) != 0)
        return false;
    if (keep > 0)
        CALL3(SYS_close_range, 0, keep - 1, 0);
    return true;
}
