/* SPDX-License-Identifier: MIT */
/*
 * A program that the process runs without noticing: no SIGCHLD, nothing for its own wait() to find,
 * no handler of fork.
 */
#ifndef MS_PLATFORM_HIDDEN_CHILD_H
#define MS_PLATFORM_HIDDEN_CHILD_H

struct ms_hidden_program {
    const char *path; /* NULL: `name` is looked for in $PATH */
    const char *name;
    char *const *arguments;
    char *const *environment;
};

/*
 * Runs PROGRAM and waits for it. *STATUS is what wait() says of it. 0 or -errno. It starts with all
 * signals at their defaults and none blocked. Any thread, but not its cancellation; signals of the
 * calling thread wait until it is back. Does not call malloc; errno stays.
 */
int ms_hidden_child_run(const struct ms_hidden_program *program, int *status);

#endif
