/* SPDX-License-Identifier: MIT */
/*
 * unshare and setns as the program sees them: the kernel refuses some namespaces to a process of
 * several threads, and the program does not know of the monitor's. It ends before the call and is
 * there again behind it.
 */
#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "monitor/monitor.h"

#ifndef MS_HOT_STATIC

#    define EXPORT __attribute__((visibility("default")))

EXPORT int unshare(int flags) {
    bool paused = ms_monitor_pause();
    int result = (int)syscall(SYS_unshare, flags);
    int saved = errno;
    if (paused)
        ms_monitor_resume();
    errno = saved;
    return result;
}

EXPORT int setns(int fd, int type) {
    bool paused = ms_monitor_pause();
    int result = (int)syscall(SYS_setns, fd, type);
    int saved = errno;
    if (paused)
        ms_monitor_resume();
    errno = saved;
    return result;
}

#endif
