/* SPDX-License-Identifier: MIT */
/* cpu_time FILE COMMAND...: runs COMMAND, writes its wall and processor time in microseconds and
 * its largest resident size in KiB to FILE ("WALL CPU RSS\n") and ends with its status. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: cpu_time FILE COMMAND...\n");
        return 2;
    }
    struct rusage usage;
    int status;
    long long start = microseconds();
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        fprintf(stderr, "cpu_time: %s: %s\n", argv[2], strerror(errno));
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        fprintf(stderr, "cpu_time: %s: %s\n", argv[2], strerror(errno));
        return 126;
    }
    long long wall = microseconds() - start;
    long long cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL +
                    usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    FILE *file = fopen(argv[1], "w");
    if (!file || fprintf(file, "%lld %lld %ld\n", wall, cpu, usage.ru_maxrss) < 0 ||
        fclose(file) != 0) {
        fprintf(stderr, "cpu_time: %s: %s\n", argv[1], strerror(errno));
        return 126;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
