/* SPDX-License-Identifier: MIT */
/* Runs a program in the foreground as a shell would. */
#ifndef MS_CLI_PROCESS_H
#define MS_CLI_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct ms_process_end {
    pid_t pid;
    bool signalled;
    int code; /* exit status, or the signal */
};

/* Runs ARGUMENTS and waits for its end. Signals sent to us are passed on to it; those of the
 * terminal's keys reach it without us. 0, or the errno with which it could not be executed. */
int ms_process_run(char *const *arguments, struct ms_process_end *end);

/* The file that execvp(NAME) would take, for the caller to free; NULL: none. */
char *ms_process_find(const char *name);

/* Why the dynamic linker of the program at PATH loads no library for us; NULL: it would. */
const char *ms_process_obstacle(const char *path);

#endif
