/* SPDX-License-Identifier: MIT */
#include "child.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int child_report(const char *file, int line, const char *condition) {
    fprintf(stderr, "%s:%d: in the child: %s\n", file, line, condition);
    return 1;
}

int child_run(int (*body)(void)) {
    fflush(stdout);
    fflush(stderr);
    pid_t pid = fork();
    /* No exit handlers: a leak check cannot look at a process that has changed its user. */
    if (pid == 0)
        _exit(body());
    for (int i = 0; pid > 0 && i < 2000; i++) {
        int status;
        if (waitpid(pid, &status, WNOHANG) == pid)
            return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
        usleep(10000);
    }
    if (pid > 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    return -1;
}
