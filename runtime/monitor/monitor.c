/* SPDX-License-Identifier: MIT */
#include "monitor/monitor.h"

#include <errno.h>
#include <stdbool.h>

#include "base/atomics.h"
#include "monitor/cadence.h"
#include "monitor/follow.h"
#include "monitor/readers.h"
#include "platform/helper_thread.h"
#include "platform/os.h"

#define MILLISECOND     UINT64_C(1000000)
#define CLOCK_PERIOD    (100 * MILLISECOND) /* the clock's unit in block records */
#define CHORES_PERIOD   (1000 * MILLISECOND)
#define END_TIMEOUT     (1000 * MILLISECOND)
#define REQUEST_TIMEOUT (200 * MILLISECOND)
#define LOCK_TIMEOUT    (200 * MILLISECOND)
#define LOCK_POLL       (1 * MILLISECOND)
/* Large machines list some hundred disks. Pages that are never written are never there. */
#define BUFFER_BYTES 65536

enum s_state { S_IDLE, S_STARTING, S_RUNNING, S_ENDING };

static struct {
    uint32_t state; /* enum s_state. Synchronization: atomic */
    uint32_t bell;  /* futex: grows when `stop` or `asked` has changed. Synchronization: atomic */
    uint32_t stop;  /* Synchronization: atomic */
    uint32_t asked; /* ticks asked for by ms_monitor_tick_now. Synchronization: atomic */
    uint32_t answered;  /* futex: value of `asked` before the last tick. Synchronization: atomic */
    uint32_t tick_lock; /* 0 free, 1 held; with all signals blocked. Synchronization: atomic */
    bool own_files;     /* Synchronization: helper thread */
    uint64_t ended_cpu_ns; /* of helper threads that have ended. Synchronization: helper thread,
                              which ends before the next one starts */
    struct ms_monitor_hooks hooks; /* Synchronization: written before the thread starts */
    struct ms_helper_thread thread;
    struct ms_readers readers; /* Synchronization: tick lock, also all below */
    struct ms_tick tick;
    char buffer[BUFFER_BYTES];
} s_monitor;

static bool s_lock_tick(uint64_t timeout_ns) {
    uint64_t end = ms_os_now_monotonic() + timeout_ns;
    uint32_t free = 0;
    while (!ms_cas_acq_rel(&s_monitor.tick_lock, &free, 1)) {
        if (ms_os_now_monotonic() >= end)
            return false;
        ms_os_wait(&s_monitor.tick_lock, 1, LOCK_POLL); /* nobody wakes it: a rare wait */
        free = 0;
    }
    return true;
}

static void s_unlock_tick(void) {
    ms_store_release(&s_monitor.tick_lock, 0); /* pairs with s_lock_tick */
}

static uint64_t s_since_start(uint64_t monotonic_ns) {
    uint64_t start = s_monitor.hooks.monotonic_start_ns;
    return monotonic_ns > start ? monotonic_ns - start : 0;
}

/* Under the tick lock. */
static void s_take_tick(const struct ms_moment *moment,
                        void (*append)(const struct ms_tick *tick)) {
    const struct ms_monitor_hooks *hooks = &s_monitor.hooks;
    struct ms_tick *tick = &s_monitor.tick;
    ms_readers_clear(tick);
    ms_readers_read(&s_monitor.readers, moment, tick);
    tick->time_ns = s_since_start(ms_os_now_monotonic());
    hooks->fill(tick);
    append(tick);
}

/* ---- the helper thread ---- */

static struct ms_moment s_helper_moment(void) {
    uint64_t cpu = 0;
    ms_os_cpu_of_thread(&cpu);
    return (struct ms_moment){.own_files = s_monitor.own_files,
                              .own_threads = 1,
                              .own_cpu_ns = s_monitor.ended_cpu_ns + cpu,
                              .gpu_feed = s_monitor.hooks.gpu_feed,
                              .buffer = s_monitor.buffer,
                              .buffer_size = sizeof(s_monitor.buffer)};
}

static void s_publish_clock(uint64_t now) {
    if (s_monitor.hooks.now_ns != NULL)
        ms_store_relaxed(s_monitor.hooks.now_ns, s_since_start(now));
    if (s_monitor.hooks.now_units != NULL)
        ms_store_relaxed(s_monitor.hooks.now_units, MS_BLOCK_TIME(s_since_start(now)));
}

/* With ALL, nothing is left as it was read a moment ago. */
static void s_helper_tick(bool all) {
    if (!s_lock_tick(LOCK_TIMEOUT))
        return;
    struct ms_moment moment = s_helper_moment();
    moment.all = all;
    s_take_tick(&moment, s_monitor.hooks.append);
    s_unlock_tick();
}

static void s_chores(uint64_t now) {
    if (s_lock_tick(LOCK_TIMEOUT)) { /* of the buffer */
        struct ms_moment moment = s_helper_moment();
        ms_follow_program(&moment);
        s_unlock_tick();
    }
    if (s_monitor.hooks.housekeeping != NULL)
        s_monitor.hooks.housekeeping(s_since_start(now));
}

static void s_answer(uint32_t asked) {
    bool is_asked = asked != ms_load_relaxed(&s_monitor.answered);
    s_helper_tick(is_asked);
    if (!is_asked)
        return;
    ms_store_release(&s_monitor.answered, asked); /* pairs with ms_monitor_tick_now */
    ms_os_wake(&s_monitor.answered);
}

static void s_serve(void) {
    uint64_t period = s_monitor.hooks.interval_ms * MILLISECOND;
    uint64_t now = ms_os_now_monotonic();
    uint64_t tick_at = now + period, chores_at = now + CHORES_PERIOD;
    s_publish_clock(now);
    s_answer(ms_load_acquire(&s_monitor.asked));
    for (;;) {
        uint32_t bell = ms_load_acquire(&s_monitor.bell); /* pairs with s_ring */
        if (ms_load_acquire(&s_monitor.stop) != 0)
            return;
        uint32_t asked = ms_load_acquire(&s_monitor.asked);
        now = ms_os_now_monotonic();
        s_publish_clock(now);
        if (s_monitor.hooks.poll != NULL)
            s_monitor.hooks.poll();
        if (now >= tick_at || asked != ms_load_relaxed(&s_monitor.answered)) {
            s_answer(asked);
            tick_at = ms_cadence_deadline(tick_at, ms_os_now_monotonic(), period);
        }
        if (now >= chores_at) {
            s_chores(now);
            chores_at = ms_cadence_deadline(chores_at, ms_os_now_monotonic(), CHORES_PERIOD);
        }
        now = ms_os_now_monotonic();
        if (now < tick_at)
            ms_os_wait(&s_monitor.bell, bell,
                       tick_at - now < CLOCK_PERIOD ? tick_at - now : CLOCK_PERIOD);
    }
}

static void s_run(void *data) {
    (void)data;
    uint64_t cpu = 0;
    s_monitor.own_files = s_monitor.hooks.journal_fd != NULL &&
                          ms_helper_thread_own_files(*s_monitor.hooks.journal_fd);
    s_serve();
    ms_os_cpu_of_thread(&cpu);
    s_monitor.ended_cpu_ns += cpu;
}

/* ---- the program's threads ---- */

static void s_ring(void) {
    ms_fetch_add_acq_rel(&s_monitor.bell, 1);
    ms_os_wake(&s_monitor.bell);
}

/* In state S_STARTING. What the readers keep belongs to the thread that was before. */
static int s_start_thread(void) {
    s_monitor.readers = (struct ms_readers){0};
    ms_store_relaxed(&s_monitor.stop, 0);
    int result = ms_helper_thread_start(&s_monitor.thread, s_run, NULL);
    ms_store_release(&s_monitor.state, result == 0 ? S_RUNNING : S_IDLE);
    return result;
}

int ms_monitor_start(const struct ms_monitor_hooks *hooks) {
    uint32_t idle = S_IDLE;
    if (hooks->fill == NULL || hooks->append == NULL || hooks->interval_ms == 0)
        return -EINVAL;
    if (!ms_cas_acq_rel(&s_monitor.state, &idle, S_STARTING))
        return -EALREADY;
    s_monitor.hooks = *hooks;
    return s_start_thread();
}

static void s_last_tick(void) {
    struct ms_moment moment = {.all = true,
                               .own_threads = ms_monitor_tid() != 0,
                               .own_cpu_ns = s_monitor.ended_cpu_ns,
                               .gpu_feed = s_monitor.hooks.gpu_feed,
                               .buffer = s_monitor.buffer,
                               .buffer_size = sizeof(s_monitor.buffer)};
    uint64_t signals;
    ms_os_block_signals(&signals);
    if (s_lock_tick(LOCK_TIMEOUT)) {
        s_publish_clock(ms_os_now_monotonic());
        s_take_tick(&moment, s_monitor.hooks.append_last != NULL ? s_monitor.hooks.append_last
                                                                 : s_monitor.hooks.append);
        s_unlock_tick();
    }
    ms_os_restore_signals(&signals);
}

/* From S_RUNNING to S_ENDING. */
static bool s_begin_end(void) {
    uint32_t running = S_RUNNING;
    return ms_cas_acq_rel(&s_monitor.state, &running, S_ENDING);
}

/* In S_ENDING, which a thread that does not end keeps: it may still use all of this. */
static bool s_end_thread(void) {
    ms_store_release(&s_monitor.stop, 1);
    s_ring();
    return ms_helper_thread_join(&s_monitor.thread, END_TIMEOUT) == 0;
}

void ms_monitor_stop(void) {
    if (!s_begin_end())
        return;
    bool ended = s_end_thread();
    s_last_tick();
    if (ended)
        ms_store_release(&s_monitor.state, S_IDLE);
}

bool ms_monitor_pause(void) {
    if (!s_begin_end() || !s_end_thread())
        return false;
    ms_store_release(&s_monitor.state, S_IDLE);
    return true;
}

int ms_monitor_resume(void) {
    uint32_t idle = S_IDLE;
    if (!ms_cas_acq_rel(&s_monitor.state, &idle, S_STARTING))
        return -EALREADY;
    return s_start_thread();
}

void ms_monitor_forked(void) {
    ms_helper_thread_forget(&s_monitor.thread);
    s_monitor.own_files = false;
    s_monitor.ended_cpu_ns = 0;
    s_monitor.stop = 0;
    s_monitor.tick_lock = 0;
    ms_store_release(&s_monitor.state, S_IDLE);
}

void ms_monitor_tick_now(void) {
    if (ms_load_acquire(&s_monitor.state) != S_RUNNING)
        return;
    uint32_t wanted = ms_fetch_add_acq_rel(&s_monitor.asked, 1) + 1;
    s_ring();
    uint64_t end = ms_os_now_monotonic() + REQUEST_TIMEOUT;
    for (;;) {
        uint32_t answered = ms_load_acquire(&s_monitor.answered); /* pairs with s_serve */
        uint64_t now = ms_os_now_monotonic();
        if ((int32_t)(answered - wanted) >= 0 || now >= end)
            return;
        ms_os_wait(&s_monitor.answered, answered, end - now);
    }
}

bool ms_monitor_last_tick(struct ms_tick *tick) {
    uint64_t signals;
    if (ms_load_acquire(&s_monitor.state) != S_RUNNING)
        return false;
    ms_os_block_signals(&signals);
    bool locked = s_lock_tick(LOCK_TIMEOUT);
    if (locked) {
        *tick = s_monitor.tick;
        s_unlock_tick();
    }
    ms_os_restore_signals(&signals);
    return locked && tick->time_ns != 0;
}

int ms_monitor_tid(void) {
    return (int)ms_load_acquire(&s_monitor.thread.tid);
}
