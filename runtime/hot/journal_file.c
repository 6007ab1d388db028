/* SPDX-License-Identifier: MIT */
#include "hot/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/gpu_feed.h"
#include "base/journal_dir.h"
#include "hot/identity.h"
#include "platform/os.h"
#include "store/layout.h"

static bool s_append(char *path, size_t size, const char *text) {
    size_t length = strlen(path), more = strlen(text);
    if (length + more >= size)
        return false;
    memcpy(path + length, text, more + 1);
    return true;
}

/* Makes DIRECTORY; its parent must be there, but for that of $MEMSCOPE_DIR. */
static int s_make_directory(const char *directory) {
    uint32_t owner, mode;
    int result = ms_os_mkdir(directory, 0700);
    if (result == -ENOENT) {
        char parent[1024];
        strncpy(parent, directory, sizeof(parent) - 1);
        parent[sizeof(parent) - 1] = 0;
        char *slash = strrchr(parent, '/');
        if (slash != NULL && slash != parent) {
            *slash = 0;
            ms_os_mkdir(parent, 0700);
            result = ms_os_mkdir(directory, 0700);
        }
    }
    if (result != 0 && result != -EEXIST)
        return result;
    result = ms_os_stat_owner(directory, &owner, &mode);
    if (result != 0)
        return result;
    if (owner != ms_os_uid()) /* of a link: who has put it there, in /tmp that may be anybody */
        return -EPERM;
    return S_ISDIR(mode) || S_ISLNK(mode) ? 0 : -ENOTDIR;
}

/* Whether the file at PATH is the journal of a process that runs, other than this one. */
static bool s_in_use(const char *path) {
    struct ms_journal_header header;
    int fd = ms_os_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
    if (fd < 0)
        return false;
    long size = ms_os_pread(fd, &header, sizeof(header), 0);
    ms_os_close(fd);
    return size == (long)sizeof(header) &&
           memcmp(header.magic, MS_JOURNAL_MAGIC, sizeof(header.magic)) == 0 &&
           header.state == MS_STATE_RUNNING && header.pid != (uint32_t)ms_os_pid() &&
           ms_os_process_alive((int)header.pid);
}

/* Looks for journals of programs that this process was before it called exec: the same pid, the
 * same start. */
struct s_earlier {
    const char *directory;
    const char *ending; /* ".PID.mscope" */
    uint64_t start_ticks;
};

/* A copy that fork made for a child which then called exec tells nothing that the parent's does
 * not: it goes. Any other ended here. */
static void s_end_earlier(void *data, const char *name) {
    const struct s_earlier *earlier = data;
    struct ms_journal_header header;
    char path[1024] = "";
    size_t length = strlen(name), ending = strlen(earlier->ending);
    if (length <= ending || strcmp(name + length - ending, earlier->ending) != 0)
        return;
    if (!s_append(path, sizeof(path), earlier->directory) || !s_append(path, sizeof(path), "/") ||
        !s_append(path, sizeof(path), name))
        return;
    int fd = ms_os_open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0);
    if (fd < 0)
        return;
    if (ms_os_pread(fd, &header, sizeof(header), 0) == (long)sizeof(header) &&
        memcmp(header.magic, MS_JOURNAL_MAGIC, sizeof(header.magic)) == 0 &&
        header.version == MS_JOURNAL_VERSION && header.state == MS_STATE_RUNNING &&
        header.pid == (uint32_t)ms_os_pid() && header.process_start_ticks == earlier->start_ticks) {
        uint32_t state = MS_STATE_EXITED;
        uint64_t end = (ms_os_now_monotonic() - header.monotonic_start_ns) | 1;
        if (header.parent_journal != 0) {
            ms_os_unlink(path);
        } else {
            ms_os_pwrite(fd, &end, sizeof(end), offsetof(struct ms_journal_header, end_ns));
            ms_os_pwrite(fd, &state, sizeof(state), offsetof(struct ms_journal_header, state));
        }
    }
    ms_os_close(fd);
}

/* PATH is the journal's, absolute. Nothing to do when its name does not have the pid. */
static void s_end_earlier_images(const char *path, uint64_t start_ticks) {
    char directory[1024] = "", ending[32] = ".";
    ms_decimal_write(ending + 1, (uint32_t)ms_os_pid());
    strcat(ending, MS_JOURNAL_DIR_EXTENSION);
    size_t length = strlen(path), size = strlen(ending);
    if (length < size || strcmp(path + length - size, ending) != 0 ||
        !s_append(directory, sizeof(directory), path))
        return;
    char *slash = strrchr(directory, '/');
    slash[slash == directory] = 0; /* "/" stays */
    struct s_earlier earlier = {directory, ending, start_ticks};
    ms_os_list(directory, s_end_earlier, &earlier);
}

/* "x.mscope" becomes "x.PID.mscope", "x" becomes "x.PID". */
static bool s_insert_pid(char *path, size_t size) {
    char number[16] = ".", suffix[16] = "";
    size_t end = strlen(path);
    ms_decimal_write(number + 1, (uint32_t)ms_os_pid());
    if (end > 7 && strcmp(path + end - 7, ".mscope") == 0) {
        strcpy(suffix, ".mscope");
        path[end - 7] = 0;
    }
    return s_append(path, size, number) && s_append(path, size, suffix);
}

/* The program may change its directory later. */
static int s_make_absolute(char *path, size_t size) {
    char relative[1024];
    if (path[0] == '/')
        return 0;
    if (strlen(path) >= sizeof(relative))
        return -ENAMETOOLONG;
    strcpy(relative, path);
    if (getcwd(path, size) == NULL)
        return -errno;
    return s_append(path, size, "/") && s_append(path, size, relative) ? 0 : -ENAMETOOLONG;
}

int ms_journal_file_choose(char *path, size_t size, const char *pattern,
                           const struct ms_identity *identity) {
    char name[1024];
    bool in_directory = pattern[0] == 0;
    if (!ms_journal_dir_expand(name, sizeof(name), in_directory ? MS_JOURNAL_DIR_PATTERN : pattern,
                               ms_identity_program(identity), (uint32_t)ms_os_pid(),
                               identity->host))
        return -ENAMETOOLONG;
    path[0] = 0;
    if (in_directory) {
        if (!ms_journal_dir_path(path, size, ms_os_uid()))
            return -ENAMETOOLONG;
        int result = s_make_directory(path);
        if (result != 0)
            return result;
        if (!s_append(path, size, "/"))
            return -ENAMETOOLONG;
    }
    if (!s_append(path, size, name))
        return -ENAMETOOLONG;
    int result = s_make_absolute(path, size);
    if (result != 0)
        return result;
    s_end_earlier_images(path, identity->store.process_start_ticks);
    if (s_in_use(path)) {
        if (!s_insert_pid(path, size))
            return -ENAMETOOLONG;
    }
    uint32_t owner, mode;
    if (ms_os_stat_owner(path, &owner, &mode) == 0) {
        if (!S_ISREG(mode))
            return S_ISDIR(mode) ? -EISDIR : -ENOTBLK; /* never remove a device or a pipe */
        ms_os_unlink(path);
    }
    return 0;
}

int ms_journal_file_gpu_feed(char *path, size_t size) {
    return ms_journal_dir_path(path, size, ms_os_uid()) &&
                   s_append(path, size, "/" MS_GPU_FEED_NAME)
               ? s_make_absolute(path, size)
               : -ENAMETOOLONG;
}
