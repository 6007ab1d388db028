/* SPDX-License-Identifier: MIT */
/*
 * leak_places CASE: pointers in unusual places, memory that cannot be read, and processes that
 * resist: each leaves a block of 1000 bytes that leaks and one of 2000 that does not, if nothing
 * else is said.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "leak_block.h"

static void *volatile g_kept;
static int s_ready[2];

__attribute__((noinline, noclone)) static void both(void) {
    make(1000);
    g_kept = make(2000);
}

static void plain(void) {
    both();
}

/* In memory that the program maps itself. */
static void mapped(void) {
    void **mine = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    make(1000);
    mine[5000] = make(2000);
}

/* The same, and nobody may write there any more. */
static void sealed(void) {
    void **mine = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    make(1000);
    mine[5] = make(2000);
    mprotect(mine, 4096, PROT_READ);
}

/* A part of a block cannot be read, and what lies behind can. */
static void unreadable(void) {
    char *block = aligned_alloc(4096, 5 * 4096);
    if (block == NULL)
        abort();
    memset(block, 0, 5 * 4096);
    make(1000);
    *(void **)(void *)(block + 4 * 4096) = make(2000);
    mprotect(block + 4096, 2 * 4096, PROT_NONE);
    g_kept = block;
}

/* A private mapping of a file that has become shorter: its pages are no longer there. */
static void cut_off(void) {
    char name[] = "cut.XXXXXX";
    int file = mkstemp(name);
    if (file < 0 || ftruncate(file, 65536) != 0)
        abort();
    volatile char *map = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    (void)map[40000];
    if (ftruncate(file, 0) != 0)
        abort();
    unlink(name);
    both();
}

/* Gigabytes that are reserved and never used. */
static void sparse(void) {
    void **mine = mmap(NULL, (size_t)1 << 36, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mine == MAP_FAILED)
        abort();
    make(1000);
    mine[(size_t)1 << 20] = make(2000);
}

/* In a register of a thread that waits, and in no memory. */
static void *hold_in_register(void *data) {
    (void)data;
#if defined(__x86_64__)
    void *kept = make(2000);
    char byte = 0;
    /* What calls have left below the stack pointer is cleared; then write(s_ready[1], &byte, 1),
     * and pause() for ever. */
    __asm__ volatile("mov %[kept], %%r12\n\t"
                     "lea -1024(%%rsp), %%rdi\n\t"
                     "mov $128, %%ecx\n\t"
                     "xor %%eax, %%eax\n\t"
                     "rep stosq\n\t"
                     "xor %[kept], %[kept]\n\t"
                     "mov $1, %%eax\n\t"
                     "mov %[file], %%rdi\n\t"
                     "mov $1, %%edx\n\t"
                     "syscall\n"
                     "1: mov $34, %%eax\n\t"
                     "syscall\n\t"
                     "jmp 1b"
                     : [kept] "+r"(kept)
                     : [file] "r"((long)s_ready[1]), "S"(&byte)
                     : "rax", "rcx", "rdx", "rdi", "r11", "r12", "memory");
#endif
    return NULL;
}

static void in_register(void) {
    pthread_t thread;
    char byte;
    make(1000);
    if (pipe(s_ready) != 0 || pthread_create(&thread, NULL, hold_in_register, NULL) != 0 ||
        read(s_ready[0], &byte, 1) != 1)
        abort();
}

static void *run_on(void *data) {
    volatile unsigned long *count = data;
    for (;;)
        ++*count;
    return NULL;
}

static volatile unsigned long s_counts[3];

/* Others run while the process ends. */
static void busy(void) {
    pthread_t thread;
    for (int i = 0; i < 3; i++) {
        if (pthread_create(&thread, NULL, run_on, (void *)&s_counts[i]) != 0)
            abort();
    }
    while (s_counts[0] == 0 || s_counts[1] == 0 || s_counts[2] == 0)
        usleep(1000);
    both();
}

/* A filter is in the way of a debugger. */
static void untraceable(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        exit(77);
    busy();
}

/* No handler of the program may run in its stead. */
static void on_signal(int number) {
    (void)number;
    _exit(77);
}

static void handlers(void) {
    struct sigaction action = {.sa_handler = on_signal};
    for (int number = 1; number < 32; number++)
        sigaction(number, &action, NULL);
    cut_off();
}

static void ignored_children(void) {
    signal(SIGCHLD, SIG_IGN);
    both();
}

static void forked(void) {
    both();
    pid_t child = fork();
    if (child == 0) {
        make(3000);
        wipe();
        exit(0);
    }
    waitpid(child, NULL, 0);
}

static void ended_quickly(void) {
    both();
    wipe();
    _exit(0);
}

static void killed(void) {
    both();
    raise(SIGKILL);
}

static void few_addresses(void) {
    struct rlimit limit = {(rlim_t)64 << 20, (rlim_t)64 << 20};
    both();
    setrlimit(RLIMIT_AS, &limit);
}

static void no_files(void) {
    struct rlimit limit = {0, 0};
    both();
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void printing(void) {
    puts("The C library has a buffer for this.");
    both();
}

static void many(void) {
    pthread_t thread;
    char byte;
    for (int i = 0; i < 50; i++) {
        if (pipe(s_ready) != 0 || pthread_create(&thread, NULL, hold_in_register, NULL) != 0 ||
            read(s_ready[0], &byte, 1) != 1)
            abort();
    }
    make(1000);
}

#define CASES(X)                                                                                   \
    X(plain)                                                                                       \
    X(mapped)                                                                                      \
    X(sealed)                                                                                      \
    X(unreadable)                                                                                  \
    X(cut_off)                                                                                     \
    X(sparse)                                                                                      \
    X(in_register)                                                                                 \
    X(busy)                                                                                        \
    X(untraceable)                                                                                 \
    X(handlers)                                                                                    \
    X(ignored_children)                                                                            \
    X(forked)                                                                                      \
    X(ended_quickly)                                                                               \
    X(killed)                                                                                      \
    X(few_addresses)                                                                               \
    X(no_files)                                                                                    \
    X(printing)                                                                                    \
    X(many)

static const struct {
    const char *name;
    void (*run)(void);
} s_cases[] = {
#define X(name) {#name, name},
    CASES(X)
#undef X
};

int main(int argc, char **argv) {
    for (size_t i = 0; argc > 1 && i < sizeof(s_cases) / sizeof(s_cases[0]); i++) {
        if (strcmp(argv[1], s_cases[i].name) == 0) {
            s_cases[i].run();
            wipe();
            exit(0);
        }
    }
    return 2;
}
