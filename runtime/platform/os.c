/* SPDX-License-Identifier: MIT */
#include "platform/os.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#include "platform/own_pages.h"
#include "platform/raw_call.h"

int ms_os_open(const char *path, int flags, int mode) {
    return (int)CALL4(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, mode);
}

int ms_os_close(int fd) {
    return (int)CALL1(SYS_close, fd);
}

long ms_os_read(int fd, void *bytes, size_t size) {
    return CALL3(SYS_read, fd, bytes, size);
}

long ms_os_pread(int fd, void *bytes, size_t size, uint64_t offset) {
    return CALL4(SYS_pread64, fd, bytes, size, offset);
}

long ms_os_write(int fd, const void *bytes, size_t size) {
    return CALL3(SYS_write, fd, bytes, size);
}

long ms_os_pwrite(int fd, const void *bytes, size_t size, uint64_t offset) {
    return CALL4(SYS_pwrite64, fd, bytes, size, offset);
}

int ms_os_move_fd(int fd, int minimum) {
    for (; minimum > fd; minimum /= 2) {
        int moved = (int)CALL3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, minimum);
        if (moved >= 0) {
            ms_os_close(fd);
            return moved;
        }
        if (moved != -EINVAL)
            return moved;
    }
    return -EINVAL;
}

int ms_os_file_identity(int fd, uint64_t *device, uint64_t *inode) {
    struct statx found;
    int result = (int)CALL6(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_INO, &found, 0);
    if (result < 0)
        return result;
    *device = (uint64_t)found.stx_dev_major << 32 | found.stx_dev_minor;
    *inode = found.stx_ino;
    return 0;
}

int ms_os_mkdir(const char *path, int mode) {
    return (int)CALL3(SYS_mkdirat, AT_FDCWD, path, mode);
}

int ms_os_unlink(const char *path) {
    return (int)CALL3(SYS_unlinkat, AT_FDCWD, path, 0);
}

int ms_os_rename(const char *from, const char *to) {
    return (int)CALL6(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0, 0);
}

/* RLIMIT_FSIZE makes these calls raise SIGXFSZ, whose default ends the program: it stays blocked
 * and is taken back when it came from here. */
int ms_os_grow_file(int fd, uint64_t old_size, uint64_t new_size) {
    uint64_t set = UINT64_C(1) << (SIGXFSZ - 1), old, pending;
    CALL4(SYS_rt_sigprocmask, SIG_BLOCK, &set, &old, 8);
    CALL2(SYS_rt_sigpending, &pending, 8);
    bool was_pending = (pending & set) != 0;
    int result = (int)CALL4(SYS_fallocate, fd, 0, old_size, new_size - old_size);
    if (result == -EOPNOTSUPP || result == -ENOSYS)
        result = (int)CALL2(SYS_ftruncate, fd, new_size);
    if (result == -EFBIG && !was_pending) {
        struct timespec now = {0, 0};
        CALL4(SYS_rt_sigtimedwait, &set, NULL, &now, 8);
    }
    CALL4(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, 8);
    return result;
}

/* The kernel's record, see getdents64(2). */
struct s_entry {
    uint64_t inode;
    int64_t next;
    uint16_t size;
    uint8_t type;
    char name[];
};

int ms_os_list(const char *path, void (*visit)(void *data, const char *name), void *data) {
    char bytes[2048] __attribute__((aligned(8)));
    int fd = ms_os_open(path, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return fd;
    long size;
    while ((size = CALL3(SYS_getdents64, fd, bytes, sizeof(bytes))) > 0) {
        for (long at = 0; at < size;) {
            const struct s_entry *entry = (const void *)(bytes + at);
            visit(data, entry->name);
            at += entry->size;
        }
    }
    ms_os_close(fd);
    return (int)size;
}

long ms_os_readlink(const char *path, char *target, size_t size) {
    if (size == 0)
        return -EINVAL;
    long length = CALL4(SYS_readlinkat, AT_FDCWD, path, target, size - 1);
    target[length > 0 ? length : 0] = 0;
    return length;
}

int ms_os_stat_owner(const char *path, uint32_t *uid, uint32_t *mode) {
    struct statx found;
    int result = (int)ms_raw_call(SYS_statx, AT_FDCWD, (long)path, AT_SYMLINK_NOFOLLOW,
                                  STATX_UID | STATX_MODE | STATX_TYPE, (long)&found, 0);
    if (result < 0)
        return result;
    *uid = found.stx_uid;
    *mode = found.stx_mode;
    return 0;
}

int ms_os_stat_size(const char *path, uint64_t *size) {
    struct statx found;
    int result = (int)CALL6(SYS_statx, AT_FDCWD, path, 0, STATX_SIZE, &found, 0);
    if (result == 0)
        *size = found.stx_size;
    return result;
}

int ms_os_stat_file(const char *path, uint64_t *size, uint64_t *modified_ns, uint64_t *inode) {
    struct statx found;
    int result =
        (int)CALL6(SYS_statx, AT_FDCWD, path, 0, STATX_SIZE | STATX_MTIME | STATX_INO, &found, 0);
    if (result == 0) {
        *size = found.stx_size;
        *modified_ns = (uint64_t)found.stx_mtime.tv_sec * 1000000000u + found.stx_mtime.tv_nsec;
        *inode = found.stx_ino;
    }
    return result;
}

long ms_os_count_entries(const char *directory) {
    /* struct linux_dirent64: inode 8, offset 8, record length 2, type 1, name. */
    enum { LENGTH_AT = 16, NAME_AT = 19 };
    char records[4096];
    int fd = ms_os_open(directory, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return fd;
    long count = 0, size;
    while ((size = CALL3(SYS_getdents64, fd, records, sizeof(records))) > 0) {
        for (long at = 0; at + NAME_AT < size;) {
            const char *name = records + at + NAME_AT;
            uint16_t length;
            memcpy(&length, records + at + LENGTH_AT, sizeof(length));
            if (name[0] != '.' || (name[1] != 0 && (name[1] != '.' || name[2] != 0)))
                count++;
            at += length;
        }
    }
    ms_os_close(fd);
    return size < 0 ? size : count;
}

long ms_os_read_file(const char *path, char *text, size_t size) {
    int fd = ms_os_open(path, O_RDONLY, 0);
    if (fd < 0)
        return fd;
    size_t length = 0;
    long result = 0;
    while (length < size - 1) {
        result = ms_os_read(fd, text + length, size - 1 - length);
        if (result == -EINTR)
            continue;
        if (result <= 0)
            break;
        length += (size_t)result;
    }
    ms_os_close(fd);
    text[length] = 0;
    if (result < 0)
        return result;
    return length == size - 1 ? -EFBIG : (long)length;
}

static bool s_failed(long result) {
    return (unsigned long)result >= (unsigned long)-4095;
}

void *ms_os_map_pages(size_t size) {
    long result =
        CALL6(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (s_failed(result))
        return NULL;
    ms_own_pages_add((uintptr_t)result, size);
    return (void *)result;
}

void ms_os_unmap(void *address, size_t size) {
    ms_own_pages_remove((uintptr_t)address);
    CALL2(SYS_munmap, address, size);
}

long ms_os_read_memory(int pid, void *bytes, const void *from, size_t size) {
    struct iovec local = {bytes, size}, remote = {(void *)(uintptr_t)from, size};
    return CALL6(SYS_process_vm_readv, pid, &local, 1, &remote, 1, 0);
}

void *ms_os_reserve(size_t size) {
    uint64_t limit[2]; /* struct rlimit64: the one that holds, and the most it can be raised to */
    if (s_failed(CALL4(SYS_prlimit64, 0, RLIMIT_AS, 0, limit)) || limit[0] != UINT64_MAX)
        return NULL;
    long result =
        CALL6(SYS_mmap, 0, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return s_failed(result) ? NULL : (void *)result;
}

void ms_os_wipe_on_fork(void *address, size_t size) {
    CALL3(SYS_madvise, address, size, MADV_WIPEONFORK);
}

void *ms_os_map_file(int fd, uint64_t offset, size_t size, void *at) {
    int flags = MAP_SHARED | (at != NULL ? MAP_FIXED : 0);
    long result = CALL6(SYS_mmap, at, size, PROT_READ | PROT_WRITE, flags, fd, offset);
    return s_failed(result) ? NULL : (void *)result;
}

/* libc's clock_gettime is the vdso: no system call, no lock, and it sets errno only for a bad
 * clock. */
static uint64_t s_clock(clockid_t clock) {
    struct timespec now;
    if (clock_gettime(clock, &now) != 0)
        return 0;
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

uint64_t ms_os_now_monotonic(void) {
    return s_clock(CLOCK_MONOTONIC);
}

uint64_t ms_os_now_coarse(void) {
    return s_clock(CLOCK_MONOTONIC_COARSE);
}

uint64_t ms_os_now_real(void) {
    return s_clock(CLOCK_REALTIME);
}

/* By the system call: libc would set errno where a sandbox forbids it. */
static int s_cpu_time(clockid_t clock, uint64_t *ns) {
    struct timespec used;
    int result = (int)CALL2(SYS_clock_gettime, clock, &used);
    if (result == 0)
        *ns = (uint64_t)used.tv_sec * UINT64_C(1000000000) + (uint64_t)used.tv_nsec;
    return result;
}

int ms_os_cpu_of_process(uint64_t *ns) {
    return s_cpu_time(CLOCK_PROCESS_CPUTIME_ID, ns);
}

int ms_os_cpu_of_thread(uint64_t *ns) {
    return s_cpu_time(CLOCK_THREAD_CPUTIME_ID, ns);
}

int ms_os_pid(void) {
    return (int)CALL0(SYS_getpid);
}

int ms_os_ppid(void) {
    return (int)CALL0(SYS_getppid);
}

int ms_os_tid(void) {
    return (int)CALL0(SYS_gettid);
}

uint32_t ms_os_uid(void) {
    return (uint32_t)CALL0(SYS_geteuid);
}

bool ms_os_thread_alive(int pid, int tid) {
    return CALL3(SYS_tgkill, pid, tid, 0) != -ESRCH;
}

bool ms_os_process_alive(int pid) {
    return CALL2(SYS_kill, pid, 0) != -ESRCH;
}

size_t ms_os_page_size(void) {
    return getauxval(AT_PAGESZ);
}

void ms_os_exit(int status) {
    for (;;)
        CALL1(SYS_exit_group, status);
}

void ms_os_yield(void) {
    CALL0(SYS_sched_yield);
}

void ms_os_block_signals(uint64_t *old) {
    uint64_t all = ~UINT64_C(0);
    CALL4(SYS_rt_sigprocmask, SIG_SETMASK, &all, old, 8);
}

void ms_os_restore_signals(const uint64_t *old) {
    CALL4(SYS_rt_sigprocmask, SIG_SETMASK, old, NULL, 8);
}

void ms_os_wait(const uint32_t *word, uint32_t value, uint64_t timeout_ns) {
    struct timespec timeout = {(time_t)(timeout_ns / 1000000000), (long)(timeout_ns % 1000000000)};
    CALL4(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, &timeout);
}

void ms_os_wake(uint32_t *word) {
    CALL3(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX);
}

void ms_os_say(const char *text) {
    char line[512] = "memscope: ";
    size_t length = strlen(line), size = strlen(text);
    if (size > sizeof(line) - 1 - length)
        size = sizeof(line) - 1 - length;
    memcpy(line + length, text, size);
    line[length + size] = '\n';
    ms_os_write(2, line, length + size + 1);
}
