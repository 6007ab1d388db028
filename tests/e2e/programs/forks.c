/* SPDX-License-Identifier: MIT */
/* The parent makes 3 blocks, a child frees one of them and makes 5 of its own, a grandchild by
 * vfork runs another program. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct parent_block {
    long values[2];
};
struct child_block {
    long values[3];
};

static struct parent_block *s_parents[3];
static struct child_block *s_children[5];

static int wait_for(pid_t child) {
    int status;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

int main(void) {
    for (int i = 0; i < 3; i++)
        s_parents[i] = malloc(sizeof *s_parents[i]); /* parent */
    pid_t child = fork();
    if (child < 0)
        return 101;
    if (child == 0) {
        free(s_parents[0]);
        for (int i = 0; i < 5; i++)
            s_children[i] = malloc(sizeof *s_children[i]); /* child */
        return 7;
    }
    pid_t runner = vfork();
    if (runner == 0) {
        execl("/bin/true", "true", (char *)NULL);
        _exit(102);
    }
    return wait_for(child) == 7 && wait_for(runner) == 0 ? 0 : 103;
}
