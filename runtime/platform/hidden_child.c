/* SPDX-License-Identifier: MIT */
/*
 * There are two children: one that the kernel tells nobody of (its exit signal is 0, which exec
 * would make SIGCHLD again), in our memory while the caller waits as in vfork, and the program as
 * its child.
 */
#include "platform/hidden_child.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "platform/os.h"
#include "platform/raw_call.h"

#define STACK_BYTES ((size_t)65536)

struct s_job {
    const struct ms_hidden_program *program;
    int error; /* of starting it, 0: it ran */
    int status;
};

/* Not libc's, which is a cancellation point. */
static int s_wait(int pid, int *status, int options) {
    long result;
    do
        result = CALL4(SYS_wait4, pid, status, options, 0);
    while (result == -EINTR);
    return result < 0 ? (int)-result : 0;
}

static int s_spawn(const struct ms_hidden_program *program, pid_t *pid) {
    posix_spawnattr_t attributes;
    sigset_t set;
    posix_spawnattr_init(&attributes);
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes, &set);
    sigfillset(&set);
    posix_spawnattr_setsigdefault(&attributes, &set);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int error = program->path != NULL ? posix_spawn(pid, program->path, NULL, &attributes,
                                                    program->arguments, program->environment)
                                      : posix_spawnp(pid, program->name, NULL, &attributes,
                                                     program->arguments, program->environment);
    posix_spawnattr_destroy(&attributes);
    return error;
}

/* In the first child. Its signal actions are its own. */
static int s_run(void *data) {
    struct s_job *job = data;
    pid_t pid;
    signal(SIGCHLD, SIG_DFL); /* were it ignored, its child would be gone before it is waited for */
    job->error = s_spawn(job->program, &pid);
    if (job->error == 0)
        job->error = s_wait(pid, &job->status, 0);
    return 0;
}

int ms_hidden_child_run(const struct ms_hidden_program *program, int *status) {
    struct s_job job = {.program = program};
    uint64_t signals;
    int saved = errno;
    char *stack = ms_os_map_pages(STACK_BYTES);
    if (stack == NULL)
        return -ENOMEM;
    ms_os_block_signals(&signals);
    int pid = clone(s_run, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK, &job);
    int error = pid < 0 ? errno : job.error;
    if (pid > 0)
        s_wait(pid, NULL, __WCLONE);
    ms_os_restore_signals(&signals);
    ms_os_unmap(stack, STACK_BYTES);
    errno = saved;
    *status = job.status;
    return -error;
}
