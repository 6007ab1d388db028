/* SPDX-License-Identifier: MIT */
/* marks [COUNT]: three moments of a program, one with a name that is not UTF-8; then COUNT more. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include <memscope.h>

int main(int argc, char **argv) {
    const struct timespec pause = {0, 30000000};
    errno = 77;
    memscope_mark("loaded");
    void *volatile block = malloc(100);
    nanosleep(&pause, NULL);
    memscope_mark("a\xff</script>");
    nanosleep(&pause, NULL);
    memscope_mark("");
    memscope_mark(NULL);
    for (int i = argc > 1 ? atoi(argv[1]) : 0; i > 0; i--)
        memscope_mark("again");
    free(block);
    return errno != 77;
}
