/* SPDX-License-Identifier: MIT */
/*
 * Runs something while the other threads of the process stand still, in a child that has our memory
 * and may end without us: when it is hit by a bad address or does not come to an end, nothing of
 * the program is lost and its threads go on.
 *
 * The child stops the threads by ptrace, as a debugger does. Where that is not allowed (the process
 * is traced already, is not dumpable, or a filter of system calls is in the way) or a thread cannot
 * be stopped, the function runs all the same and is told so.
 */
#ifndef MS_PLATFORM_STOPPED_H
#define MS_PLATFORM_STOPPED_H

#include <stdbool.h>
#include <stdint.h>

#define MS_STOPPED_LIMIT     4096u /* threads */
#define MS_STOPPED_REGISTERS 40u

struct ms_stopped_thread {
    int tid;
    int signal; /* that it was about to get, 0: none */
    uintptr_t stack_pointer, thread_pointer;
    uint32_t count; /* of registers */
    uintptr_t registers[MS_STOPPED_REGISTERS];
};

struct ms_stopped {
    const struct ms_stopped_thread *threads; /* without the caller and HELPER */
    uint32_t count;
    uint32_t running; /* threads that could not be stopped */
};

/* Why nothing has come of it. */
enum ms_stopped_failure {
    MS_STOPPED_FINE,
    MS_STOPPED_NO_CHILD, /* there was no memory, or no process, for it */
    MS_STOPPED_TOO_LONG,
    MS_STOPPED_DIED,
};

/*
 * Calls RUN in the child while the calling thread waits, at most TIMEOUT_NS. HELPER is a thread of
 * ours that need not stop, 0: none. RUN uses no thread-local storage of libc's but errno, no lock
 * and no malloc; descriptors it opens are its own. Signals of the calling thread wait until it is
 * back. errno stays. One thread at a time.
 */
enum ms_stopped_failure ms_stopped_run(void (*run)(void *data, const struct ms_stopped *stopped),
                                       void *data, int helper, uint64_t timeout_ns);

#endif
