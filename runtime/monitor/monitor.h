/* SPDX-License-Identifier: MIT */
/*
 * The monitor: a helper thread (platform/helper_thread.h) that samples the process and the system,
 * has the store add the heap's numbers and appends the sample to the timeline.
 *
 * Hooks run in the helper thread, under its rules: no thread-local storage, no errno, no libc but
 * memcpy and its like, no stack protector, no sanitizer. The last tick runs them in the thread that
 * calls ms_monitor_stop. Ticks never run at the same time.
 *
 * One process has one monitor. errno and the caller's signal mask stay as they are.
 */
#ifndef MS_MONITOR_MONITOR_H
#define MS_MONITOR_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "store/layout.h"

struct ms_monitor_hooks {
    void (*fill)(struct ms_tick *tick); /* adds heap numbers and shares; the rest is filled in */
    void (*append)(const struct ms_tick *tick);
    void (*append_last)(const struct ms_tick *tick); /* the end state; NULL: append */
    void (*housekeeping)(
        uint64_t now_ns);        /* about once a second; NULL: none. Time since the start */
    void (*poll)(void);          /* at least every 100 ms; NULL: none */
    uint64_t *now_ns;            /* clock to publish, at least every 100 ms; NULL: none. Relaxed */
    uint32_t *now_units;         /* the same in the unit of block records, MS_BLOCK_TIME_NS */
    uint64_t monotonic_start_ns; /* what times count from */
    uint32_t interval_ms;
    /* The one descriptor that append and housekeeping use, -1: none. The thread gets a descriptor
     * table of its own with only this one in it, so that it never takes a number that the program
     * expects to be free. NULL: the thread shares the program's descriptors. */
    const int *journal_fd;
    const char
        *gpu_feed; /* see base/gpu_feed.h, at the same place as long as it runs; NULL: none */
};

/* The first tick comes at once, the others every interval. Hooks are copied. 0 or -errno: -EALREADY
 * when it runs, -EINVAL without fill, append or an interval. */
int ms_monitor_start(const struct ms_monitor_hooks *hooks);

/* Ends the thread (waits for it, 1 s at most) and takes one last tick in the calling thread. Does
 * nothing when the monitor does not run. */
void ms_monitor_stop(void);

/*
 * Around a call that the kernel refuses to a process of more than one thread (unshare and setns of
 * a user namespace; setns of a mount namespace): ends the thread without a tick, and starts it
 * again with the same hooks. Pause is true when there is something to resume.
 */
bool ms_monitor_pause(void);
int ms_monitor_resume(void);

/* In the child of a fork, before anything else: the thread is not there. */
void ms_monitor_forked(void);

/* Has a tick taken now, and waits for it, 200 ms at most. Does nothing when the monitor does not
 * run. */
void ms_monitor_tick_now(void);

/* The last tick that was taken. False: none is there, or the monitor does not run. */
bool ms_monitor_last_tick(struct ms_tick *tick);

/* 0 when the monitor does not run. */
int ms_monitor_tid(void);

#endif
