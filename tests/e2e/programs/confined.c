/* SPDX-License-Identifier: MIT */
/*
 * confined COUNT WAY...: takes rights away from itself, one WAY after the other, makes COUNT blocks
 * and frees half of them, and says how many descriptors it could open and how many signals it got.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

struct cell {
    long values[4];
};

static volatile sig_atomic_t s_signals;

static void on_signal(int signal) {
    (void)signal;
    s_signals = s_signals + 1;
}

/* Whatever opens, looks at or makes files and threads is refused. */
static int refuse_files(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 7, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_statx, 6, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pread64, 5, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fallocate, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ftruncate, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_readlinkat, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
    struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
}

static int confine(const char *way) {
    struct rlimit limit = {16384, 16384};
    if (strcmp(way, "file_size") == 0) {
        signal(SIGXFSZ, on_signal);
        return setrlimit(RLIMIT_FSIZE, &limit);
    }
    if (strcmp(way, "close_all") == 0)
        return (int)syscall(SYS_close_range, 3, ~0u, 0);
    if (strncmp(way, "chroot=", 7) == 0)
        return chroot(way + 7) != 0 ? -1 : chdir("/");
    if (strcmp(way, "refuse_files") == 0)
        return refuse_files();
    return strcmp(way, "use_up_descriptors") == 0 ? 0 : -1;
}

int main(int argc, char **argv) {
    long count = argc > 2 ? atol(argv[1]) : 0, opened = 0;
    struct cell **cells = calloc((size_t)count + 1, sizeof *cells); /* cells */
    for (int i = 2; i < argc; i++) {
        if (confine(argv[i]) != 0) {
            perror(argv[i]);
            return 77;
        }
        if (strcmp(argv[i], "use_up_descriptors") == 0)
            while (dup(0) >= 0)
                opened++;
    }
    for (long i = 0; i < count; i++)
        cells[i] = malloc(sizeof *cells[i]); /* cell */
    for (long i = 0; i < count; i += 2)
        free(cells[i]);
    printf("opened %ld, signals %d\n", opened, (int)s_signals);
    return 0;
}
