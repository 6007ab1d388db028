/* SPDX-License-Identifier: MIT */
/*
 * spawns FILE: starts itself anew by posix_spawn, by vfork and by fork and exec, and at last
 * becomes a daemon, whose end writes a line into FILE. Each makes blocks of its own number.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct spawn_block {
    long values[6];
};
static struct spawn_block *s_blocks[100];

static void make(int count) {
    for (int i = 0; i < count; i++)
        s_blocks[i] = malloc(sizeof *s_blocks[i]); /* spawn */
}

static int wait_for(pid_t child) {
    int status;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

/* As daemons have done since the eighties. */
static int become_daemon(const char *file) {
    pid_t child = fork();
    if (child != 0)
        return wait_for(child);
    setsid();
    if (fork() != 0)
        _exit(0);
    if (chdir("/") != 0)
        _exit(1);
    for (int fd = 0; fd < 1024; fd++)
        close(fd);
    if (open("/dev/null", O_RDWR) != 0 || dup(0) != 1 || dup(0) != 2)
        _exit(1);
    for (int i = 0; i < 20000; i++) {
        struct spawn_block *block = malloc(sizeof *block); /* daemon */
        __asm__ volatile("" : : "r"(block) : "memory");
        free(block);
    }
    make(44);
    int out = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (out < 0 || write(out, "done\n", 5) != 5)
        _exit(1);
    exit(44);
}

int main(int argc, char **argv) {
    char *arguments[] = {argv[0], "child", NULL, NULL};
    pid_t child;
    if (argc == 3) { /* a child: its number is its status */
        make(atoi(argv[2]));
        return atoi(argv[2]);
    }
    if (argc != 2 || argv[1][0] != '/')
        return 98;
    make(7);
    arguments[2] = "11";
    if (posix_spawn(&child, argv[0], NULL, NULL, arguments, environ) != 0 || wait_for(child) != 11)
        return 1;
    arguments[2] = "22";
    child = vfork();
    if (child == 0) {
        execv(argv[0], arguments);
        _exit(100);
    }
    if (wait_for(child) != 22)
        return 2;
    arguments[2] = "33";
    child = fork();
    if (child == 0) {
        execv(argv[0], arguments);
        _exit(100);
    }
    if (wait_for(child) != 33)
        return 3;
    return become_daemon(argv[1]);
}
