/* SPDX-License-Identifier: MIT */
/*
 * The operating system, as the measured process sees it: raw system calls that return a value or
 * −errno, never touch errno, never go through libc (a program may have replaced it, and the helper
 * thread has none), and are async-signal-safe. Nothing else in the measuring part reaches the
 * system.
 */
#ifndef MS_PLATFORM_OS_H
#define MS_PLATFORM_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Files. PATH is NUL-terminated; flags and modes are those of <fcntl.h>. O_CLOEXEC is always added.
 */
int ms_os_open(const char *path, int flags, int mode);
int ms_os_close(int fd);
long ms_os_read(int fd, void *bytes, size_t size);
long ms_os_pread(int fd, void *bytes, size_t size, uint64_t offset);
long ms_os_write(int fd, const void *bytes, size_t size);
long ms_os_pwrite(int fd, const void *bytes, size_t size, uint64_t offset);
/* FD under a number of at least MINIMUM, or under one of half that and so on; the old number is
 * closed when it worked. The new number or -errno. */
int ms_os_move_fd(int fd, int minimum);
/* Which file FD is. */
int ms_os_file_identity(int fd, uint64_t *device, uint64_t *inode);
int ms_os_mkdir(const char *path, int mode);
int ms_os_unlink(const char *path);
int ms_os_rename(const char *from, const char *to);
/* Makes FILE at least SIZE bytes with its blocks allocated, so that a full disk shows here and not
 * as a SIGBUS later; on file systems that cannot allocate ahead, only longer. */
int ms_os_grow_file(int fd, uint64_t old_size, uint64_t new_size);
/* Calls VISIT with each name in the directory PATH, "." and ".." too. 0 or -errno. */
int ms_os_list(const char *path, void (*visit)(void *data, const char *name), void *data);
/* Target of a symbolic link, NUL-terminated; its length or −errno. */
long ms_os_readlink(const char *path, char *target, size_t size);
/* Owner and mode of PATH itself (links are not followed). */
int ms_os_stat_owner(const char *path, uint32_t *uid, uint32_t *mode);

/* Names in a directory, without "." and ".."; or -errno. */
long ms_os_count_entries(const char *directory);
/* What stat calls the size of PATH. */
int ms_os_stat_size(const char *path, uint64_t *size);

/* The size of PATH, when it was written last, in nanoseconds since the epoch, and its inode. */
int ms_os_stat_file(const char *path, uint64_t *size, uint64_t *modified_ns, uint64_t *inode);

/* Reads a small file (as of /proc) whole; NUL-terminated; its length or −errno, −EFBIG when cut. */
long ms_os_read_file(const char *path, char *text, size_t size);

/* Memory. Zeroed private pages; NULL when there are none. Sizes are rounded up to pages. */
void *ms_os_map_pages(size_t size);
void ms_os_unmap(void *address, size_t size);
/* Copies what is at FROM in process PID, which may be this one, where nothing need be; how many
 * bytes of it there were, or -errno. */
long ms_os_read_memory(int pid, void *bytes, const void *from, size_t size);
/* SIZE bytes of addresses without memory, to map files at; NULL: none, or the process may only have
 * so many. */
void *ms_os_reserve(size_t size);
/* Private anonymous pages that children of this process find zeroed. Without effect before
 * Linux 4.14. */
void ms_os_wipe_on_fork(void *address, size_t size);
/* A shared writable view of a file; NULL: could not. AT (page aligned) is replaced when not NULL.
 */
void *ms_os_map_file(int fd, uint64_t offset, size_t size, void *at);

/* Time in nanoseconds. The coarse one is a tick old at most and costs no system call. */
uint64_t ms_os_now_monotonic(void);
uint64_t ms_os_now_coarse(void);
uint64_t ms_os_now_real(void);

/* Processor time used so far by all threads of the process, and by the calling thread. 0 or -errno.
 */
int ms_os_cpu_of_process(uint64_t *ns);
int ms_os_cpu_of_thread(uint64_t *ns);

/* Identity. */
int ms_os_pid(void);
int ms_os_ppid(void);
int ms_os_tid(void);
uint32_t ms_os_uid(void);
bool ms_os_thread_alive(int pid, int tid);
bool ms_os_process_alive(int pid);
size_t ms_os_page_size(void);
void ms_os_yield(void);
/* Ends the process. */
__attribute__((noreturn)) void ms_os_exit(int status);

/* Blocks every signal of this thread; OLD restores it. The mask is the kernel's 64 bits. */
void ms_os_block_signals(uint64_t *old);
void ms_os_restore_signals(const uint64_t *old);

/* Sleeps until *WORD is not VALUE or TIMEOUT_NS has passed; wakes all that do. */
void ms_os_wait(const uint32_t *word, uint32_t value, uint64_t timeout_ns);
void ms_os_wake(uint32_t *word);

/* One line to standard error, whole: "memscope: TEXT\n". Lost when it cannot be written. */
void ms_os_say(const char *text);

#endif
