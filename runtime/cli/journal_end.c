/* SPDX-License-Identifier: MIT */
#include "cli/journal_end.h"

#include <fcntl.h>
#include <glob.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/journal_dir.h"
#include "cli/cli.h"
#include "store/layout.h"

#define S_ANY_PROGRAM "\001" /* stands for %e until it becomes a '*' */

/* The real clock may have been set back a little since the process started. */
#define S_CLOCK_SLACK_NS UINT64_C(1000000000)

/* PATTERN as glob() takes it: the program's name is what its own /proc/self/exe says, which is gone
 * with it. WITH_PID: the name that the runtime takes when another process has the first one. */
static char *s_glob_pattern(const char *pattern, pid_t pid, bool with_pid) {
    char name[4096];
    struct utsname system;
    if (uname(&system) != 0 || !ms_journal_dir_expand(name, sizeof(name), pattern, S_ANY_PROGRAM,
                                                      (uint32_t)pid, system.nodename))
        return NULL;
    if (with_pid) {
        size_t length = strlen(name), extension = strlen(MS_JOURNAL_DIR_EXTENSION);
        bool has =
            length >= extension && strcmp(name + length - extension, MS_JOURNAL_DIR_EXTENSION) == 0;
        if (has)
            name[length - extension] = '\0';
        length = strlen(name);
        char *more = ms_cli_format(".%ld%s", (long)pid, has ? MS_JOURNAL_DIR_EXTENSION : "");
        if (length + strlen(more) < sizeof(name))
            strcpy(name + length, more);
        free(more);
    }
    char *escaped = ms_cli_alloc(strlen(name) * 2 + 1), *out = escaped;
    for (const char *p = name; *p != '\0'; p++) {
        if (*p == S_ANY_PROGRAM[0]) {
            *out++ = '*';
            continue;
        }
        if (strchr("*?[]\\", *p) != NULL)
            *out++ = '\\';
        *out++ = *p;
    }
    return escaped;
}

static uint64_t s_since(uint64_t monotonic_ns) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t ns = (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
    return ns > monotonic_ns ? ns - monotonic_ns : 0;
}

static bool s_write(int fd, const void *value, size_t size, size_t offset) {
    return pwrite(fd, value, size, (off_t)offset) == (ssize_t)size;
}

#define S_WRITE(fd, header, field)                                                                 \
    s_write((fd), &(header)->field, sizeof((header)->field),                                       \
            offsetof(struct ms_journal_header, field))

/* Whether PATH is a journal of the process; then writes END if it lacks it. START_NS is set. */
static bool s_write_end(const char *path, const struct ms_process_end *end, uint64_t started_ns,
                        uint64_t *start_ns) {
    struct ms_journal_header header;
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool ours = pread(fd, &header, sizeof(header), 0) == (ssize_t)sizeof(header) &&
                memcmp(header.magic, MS_JOURNAL_MAGIC, sizeof(header.magic)) == 0 &&
                header.version == MS_JOURNAL_VERSION && header.pid == (uint32_t)end->pid &&
                header.start_time_ns + S_CLOCK_SLACK_NS >= started_ns;
    if (ours && header.state == MS_STATE_RUNNING) {
        header.exit_code = end->code;
        header.end_ns = s_since(header.monotonic_start_ns);
        header.state = end->signalled ? MS_STATE_SIGNALLED : MS_STATE_EXITED;
        /* The state comes last: it says that the others hold. */
        if (!S_WRITE(fd, &header, exit_code) || !S_WRITE(fd, &header, end_ns) ||
            !S_WRITE(fd, &header, state))
            ms_cli_note("cannot write into %s how the program ended", path);
    }
    close(fd);
    *start_ns = header.start_time_ns;
    return ours;
}

char *ms_journal_end_write(const char *pattern, const struct ms_process_end *end,
                           uint64_t started_ns) {
    char *newest = NULL;
    uint64_t newest_ns = 0, start_ns;
    for (int with_pid = 0; with_pid <= 1; with_pid++) {
        glob_t found;
        char *names = s_glob_pattern(pattern, end->pid, with_pid != 0);
        if (names == NULL)
            continue;
        if (glob(names, GLOB_NOSORT, NULL, &found) == 0) {
            for (size_t i = 0; i < found.gl_pathc; i++) {
                if (!s_write_end(found.gl_pathv[i], end, started_ns, &start_ns) ||
                    (newest != NULL && start_ns < newest_ns))
                    continue;
                free(newest);
                newest = ms_cli_copy(found.gl_pathv[i]);
                newest_ns = start_ns;
            }
        }
        globfree(&found);
        free(names);
    }
    return newest;
}
