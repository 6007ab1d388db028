/* SPDX-License-Identifier: MIT */
#include "cli/process.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"

static const int s_forwarded[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

static void s_execute(char *const *arguments, int report) {
    execvp(arguments[0], arguments);
    int error = errno;
    ssize_t written = write(report, &error, sizeof(error));
    _exit(written == (ssize_t)sizeof(error) ? 127 : 126);
}

/* The signals are blocked all the time, so none is lost between two waits. */
static void s_wait(pid_t pid, const sigset_t *signals, int *status) {
    for (;;) {
        siginfo_t info;
        pid_t ended = waitpid(pid, status, WNOHANG);
        if (ended == pid)
            return;
        int signal = sigwaitinfo(signals, &info);
        /* SI_KERNEL: a key on the terminal, which signals the whole group, or the terminal went. */
        if (signal > 0 && signal != SIGCHLD && info.si_code != SI_KERNEL)
            kill(pid, signal);
    }
}

int ms_process_run(char *const *arguments, struct ms_process_end *end) {
    int report[2], status = 0, error = 0;
    sigset_t signals, old_signals;
    struct sigaction standard = {.sa_handler = SIG_DFL}, old_child;
    if (pipe2(report, O_CLOEXEC) != 0)
        return errno;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    for (size_t i = 0; i < sizeof(s_forwarded) / sizeof(s_forwarded[0]); i++)
        sigaddset(&signals, s_forwarded[i]);
    sigprocmask(SIG_BLOCK, &signals, &old_signals);
    /* If it is ignored, children vanish without a status. */
    sigaction(SIGCHLD, &standard, &old_child);

    pid_t pid = fork();
    if (pid == 0) {
        sigaction(SIGCHLD, &old_child, NULL);
        sigprocmask(SIG_SETMASK, &old_signals, NULL);
        s_execute(arguments, report[1]);
    }
    if (pid < 0)
        error = errno;
    close(report[1]);
    if (pid > 0) {
        ssize_t got;
        do
            got = read(report[0], &error, sizeof(error));
        while (got < 0 && errno == EINTR);
        if (got != (ssize_t)sizeof(error))
            error = 0;
        s_wait(pid, &signals, &status);
    }
    close(report[0]);
    end->pid = pid;
    end->signalled = WIFSIGNALED(status);
    end->code = end->signalled ? WTERMSIG(status) : WEXITSTATUS(status);
    return error;
}

char *ms_process_find(const char *name) {
    if (strchr(name, '/') != NULL)
        return access(name, X_OK) == 0 ? ms_cli_copy(name) : NULL;
    const char *folders = getenv("PATH");
    if (folders == NULL)
        folders = "/bin:/usr/bin";
    for (;;) {
        int length = (int)strcspn(folders, ":");
        char *path = length == 0 ? ms_cli_format("./%s", name)
                                 : ms_cli_format("%.*s/%s", length, folders, name);
        struct stat info;
        if (stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0)
            return path;
        free(path);
        if (folders[length] == '\0')
            return NULL;
        folders += length + 1;
    }
}

/* Of an ELF program of this machine: whether it names a dynamic linker. */
static bool s_is_static(int fd, const Elf64_Ehdr *header) {
    for (unsigned i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr segment;
        uint64_t offset = header->e_phoff + (uint64_t)i * header->e_phentsize;
        if (pread(fd, &segment, sizeof(segment), (off_t)offset) != (ssize_t)sizeof(segment))
            return false;
        if (segment.p_type == PT_INTERP)
            return false;
    }
    return true;
}

const char *ms_process_obstacle(const char *path) {
    struct stat info;
    Elf64_Ehdr header;
    const char *obstacle = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    bool is_elf = pread(fd, &header, sizeof(header), 0) == (ssize_t)sizeof(header) &&
                  memcmp(header.e_ident, ELFMAG, SELFMAG) == 0;
    if (fstat(fd, &info) == 0 && (info.st_mode & (S_ISUID | S_ISGID)) != 0 && geteuid() != 0)
        obstacle = "it runs with the rights of another user";
    else if (is_elf && header.e_ident[EI_CLASS] != ELFCLASS64)
        obstacle = "it is not a 64-bit program";
    else if (is_elf && s_is_static(fd, &header))
        obstacle = "it is statically linked; build it with `memscope cc`";
    close(fd);
    return obstacle;
}
