/* SPDX-License-Identifier: MIT */
/* A program that runs until it is told to end, for commands that look at one. The address of a
 * block is its output. */
#include <memscope.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct session {
    struct session *next;
    char name[56];
};

static MEMSCOPE struct session *s_sessions;

static void end(int signal) {
    (void)signal;
    _exit(0);
}

int main(void) {
    signal(SIGINT, end);
    signal(SIGTERM, end);
    for (int i = 0; i < 100; i++) {
        struct session *session = calloc(1, sizeof *session);
        session->next = s_sessions;
        s_sessions = session;
    }
    printf("%p\n", (void *)s_sessions);
    fflush(stdout);
    for (;;)
        pause();
}
