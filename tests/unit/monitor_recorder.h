/* SPDX-License-Identifier: MIT */
/* Hooks of a monitor that keep every tick, for test_monitor.c alone. */
#ifndef MS_TESTS_MONITOR_RECORDER_H
#define MS_TESTS_MONITOR_RECORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/atomics.h"
#include "monitor/monitor.h"
#include "platform/os.h"

/* Code of the helper thread has no thread-local storage for a canary or a sanitizer. */
#define IN_HELPER                                                                                  \
    __attribute__((noinline, no_stack_protector, no_sanitize("address", "thread", "undefined")))

#define MILLISECOND UINT64_C(1000000)
#define TICK_LIMIT  4096

static struct ms_tick s_ticks[TICK_LIMIT];
static uint32_t s_tick_count;
static int s_tick_tid[TICK_LIMIT];
static uint32_t s_last_count; /* ticks that came through append_last */
static uint32_t s_chores;
static uint64_t s_now_ns;
static uint64_t s_fill_ns[8]; /* how long the first ticks take */
static uint32_t s_filling;    /* 1 while one does */

IN_HELPER static void s_fill(struct ms_tick *tick) {
    tick->heap_live_bytes += 4711;
    uint32_t index = s_tick_count;
    if (index < 8 && s_fill_ns[index] != 0) {
        uint64_t end = ms_os_now_monotonic() + s_fill_ns[index];
        ms_store_release(&s_filling, 1);
        while (ms_os_now_monotonic() < end)
            ;
        ms_store_release(&s_filling, 0);
    }
}

IN_HELPER static void s_append(const struct ms_tick *tick) {
    uint32_t index = s_tick_count;
    if (index == TICK_LIMIT)
        return;
    s_ticks[index] = *tick;
    s_tick_tid[index] = ms_os_tid();
    ms_store_release(&s_tick_count, index + 1);
}

IN_HELPER static void s_append_last(const struct ms_tick *tick) {
    s_last_count++;
    s_append(tick);
}

IN_HELPER static void s_housekeeping(uint64_t now_ns) {
    (void)now_ns;
    ms_store_release(&s_chores, s_chores + 1);
}

static const int s_no_journal = -1;

static struct ms_monitor_hooks s_hooks(uint32_t interval_ms) {
    s_tick_count = s_last_count = s_chores = 0;
    s_now_ns = 0;
    memset(s_fill_ns, 0, sizeof(s_fill_ns));
    return (struct ms_monitor_hooks){.fill = s_fill,
                                     .append = s_append,
                                     .append_last = s_append_last,
                                     .housekeeping = s_housekeeping,
                                     .now_ns = &s_now_ns,
                                     .monotonic_start_ns = ms_os_now_monotonic(),
                                     .interval_ms = interval_ms,
                                     .journal_fd = &s_no_journal};
}

static int s_start(uint32_t interval_ms) {
    struct ms_monitor_hooks hooks = s_hooks(interval_ms);
    return ms_monitor_start(&hooks);
}

/* Waits until there are COUNT ticks, 5 s at most. */
static bool s_wait_ticks(uint32_t count) {
    for (int i = 0; i < 5000 && ms_load_acquire(&s_tick_count) < count; i++)
        usleep(1000);
    return ms_load_acquire(&s_tick_count) >= count;
}

#endif
