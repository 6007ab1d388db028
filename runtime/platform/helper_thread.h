/* SPDX-License-Identifier: MIT */
/*
 * A thread that libc does not know: made by the bare clone call, so that the program stays
 * "single-threaded" for glibc (__libc_single_threaded, the fast paths of stdio and malloc), sees no
 * pthread, and ends when its own last thread ends.
 *
 * The code that runs there
 *   - has no thread-local storage. The thread register still holds that of the creating thread,
 *     which may have ended: no errno, no stack protector, no sanitizer, no function of libc but
 *     memcpy, memset, memcmp, strlen and clock_gettime;
 *   - has all signals blocked, so that none of the process is ever delivered to it;
 *   - has a stack of 64 KiB above a guard page;
 *   - shares everything with the process but, after ms_helper_thread_own_files, the descriptors;
 *   - keeps the credentials it was started with: setuid() of libc only changes libc's threads.
 *
 * It does not exist in the child of a fork: ms_helper_thread_forget.
 */
#ifndef MS_PLATFORM_HELPER_THREAD_H
#define MS_PLATFORM_HELPER_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialised by the owner, who calls these functions from one thread at a time; at the same
 * address until the thread has ended. */
struct ms_helper_thread {
    uint32_t tid; /* 0: not running. Synchronization: the kernel clears it and wakes the futex */
    void (*run)(void *);
    void *data;
    unsigned char *pages; /* guard page and stack */
    size_t pages_size;
};

/* Runs RUN(DATA) in a new thread; it ends when RUN returns. 0 or -errno: -EALREADY when THREAD
 * runs. errno and the signal mask of the caller stay as they are. */
int ms_helper_thread_start(struct ms_helper_thread *thread, void (*run)(void *), void *data);

/* Waits until THREAD has ended and the kernel no longer counts it, and frees its stack. 0, or
 * -ETIMEDOUT: it still runs. */
int ms_helper_thread_join(struct ms_helper_thread *thread, uint64_t timeout_ns);

/* In the child of a fork: THREAD is not there; its stack is freed. */
void ms_helper_thread_forget(struct ms_helper_thread *thread);

/* By the helper thread itself: a descriptor table of its own, with KEEP alone in it (-1: nothing).
 * What it opens then takes no number that the program expects, what the program closes is closed,
 * and the kernel's fast path for descriptors of one thread stays. False: the kernel cannot (before
 * 5.9), descriptors stay shared. */
bool ms_helper_thread_own_files(int keep);

#endif
