/* SPDX-License-Identifier: MIT */
/* track_global OUT: the tracker of the process, which writes OUT at its end, and a forked child. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memscope.h>

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    memscope_tracker *t = memscope_tracker_with_auto_export(memscope_tracker_global(), argv[1]);
    char *kept = malloc(64);
    MEMSCOPE_TRACK(t, kept);
    pid_t child = fork();
    if (child == 0) {
        int of_child = 1;
        MEMSCOPE_TRACK(t, of_child);
        exit(access(argv[1], F_OK) == 0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    return status != 0 || access(argv[1], F_OK) == 0;
}
