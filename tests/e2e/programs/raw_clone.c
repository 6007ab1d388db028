/* SPDX-License-Identifier: MIT */
/* A child that is made without fork(), so that no handler of fork runs, allocates and frees; then
 * the parent goes on. */
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct parent_block {
    char bytes[100];
};
struct child_block {
    char bytes[77];
};

static void *volatile s_seen;

int main(void) {
    struct parent_block *blocks[3];
    for (int i = 0; i < 3; i++)
        blocks[i] = malloc(sizeof *blocks[i]);
    long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0) {
        for (int i = 0; i < 100; i++) {
            struct child_block *block = malloc(sizeof *block);
            s_seen = block;
        }
        s_seen = realloc(s_seen, 1000);
        free(blocks[0]);
        free(blocks[2]);
        exit(0);
    }
    int status = 1;
    if (child < 0 || waitpid((pid_t)child, &status, 0) != child || status != 0)
        return 1;
    free(blocks[1]);
    s_seen = blocks[0];
    return 0;
}
