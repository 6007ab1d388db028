/* SPDX-License-Identifier: MIT */
#include "cli/gpu_feed.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/gpu_feed.h"
#include "base/journal_dir.h"
#include "cli/cli.h"
#include "cli/nvml.h"

static void s_write_value(FILE *file, uint64_t value) {
    if (value == MS_NVML_UNKNOWN)
        fputs(" -", file);
    else
        fprintf(file, " %" PRIu64, value);
}

static void s_write(FILE *file) {
    static struct ms_nvml_process s_processes[MS_NVML_PROCESSES];
    struct ms_nvml_device device;
    struct timespec now;
    unsigned count = ms_nvml_count();
    clock_gettime(CLOCK_MONOTONIC, &now);
    fprintf(file, MS_GPU_FEED_FIRST "\ntime %" PRIu64 "\n",
            (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec);
    for (unsigned i = 0; i < count; i++) {
        if (!ms_nvml_read(i, &device))
            continue;
        fputs("device", file);
        s_write_value(file, device.usage_permille);
        s_write_value(file, device.memory_used);
        s_write_value(file, device.memory_total);
        fputc('\n', file);
        size_t processes = ms_nvml_processes(i, s_processes);
        for (size_t p = 0; p < processes; p++)
            fprintf(file, "process %" PRIu32 " %" PRIu64 "\n", s_processes[p].pid,
                    s_processes[p].bytes);
    }
}

/* Readers see the file before or the file behind. */
static bool s_publish(const char *path, const char *draft) {
    int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (file == NULL) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    s_write(file);
    bool whole = fflush(file) == 0 && ferror(file) == 0;
    fclose(file);
    if (whole && rename(draft, path) == 0)
        return true;
    unlink(draft);
    return false;
}

/* What is inherited is the program's: its pipes end when it closes them. */
static void s_let_go(int *alive) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int kept = fcntl(*alive, F_DUPFD_CLOEXEC, 3);
    if (null < 0 || kept < 0)
        _exit(1);
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    if (kept > 3)
        close_range(3, (unsigned)kept - 1, 0);
    close_range((unsigned)kept + 1, ~0u, 0);
    *alive = kept;
}

/* ALIVE: a pipe that ends with the process that runs the program. */
__attribute__((noreturn)) static void s_serve(int alive) {
    char directory[2048];
    setpgid(0, 0); /* the terminal's keys are for the program */
    s_let_go(&alive);
    if (!ms_journal_dir_path(directory, sizeof(directory), getuid()) || !ms_nvml_open() ||
        ms_nvml_count() == 0)
        _exit(0);
    mkdir(directory, 0700);
    char *path = ms_cli_format("%s/" MS_GPU_FEED_NAME, directory);
    char *draft = ms_cli_format("%s.%ld", path, (long)getpid());
    struct stat info;
    if (stat(directory, &info) != 0 || info.st_uid != getuid())
        _exit(0);
    struct pollfd ended = {.fd = alive, .events = POLLIN};
    while (s_publish(path, draft) && poll(&ended, 1, MS_GPU_FEED_PERIOD_MS) == 0)
        ;
    _exit(0);
}

void ms_gpu_feed_start(void) {
    int alive[2];
    if (pipe2(alive, O_CLOEXEC) != 0)
        return;
    pid_t pid = fork();
    if (pid == 0) {
        close(alive[1]);
        s_serve(alive[0]);
    }
    close(alive[0]);
    if (pid < 0)
        close(alive[1]);
}
