/* SPDX-License-Identifier: MIT */
/*
 * kill_after MICROSECONDS PROGRAM ARGUMENTS...: runs PROGRAM and kills it (SIGKILL) that much
 * later. Exit status 0: it was killed; 1: it had ended before; 2: it could not be run.
 */
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

int main(int argc, char **argv) {
    pid_t child;
    int status;
    if (argc < 3 || posix_spawn(&child, argv[2], NULL, NULL, argv + 2, environ) != 0)
        return 2;
    long wait = atol(argv[1]);
    struct timespec pause = {wait / 1000000, wait % 1000000 * 1000};
    nanosleep(&pause, NULL);
    kill(child, SIGKILL);
    if (waitpid(child, &status, 0) != child)
        return 2;
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : 1;
}
