/* SPDX-License-Identifier: MIT */
#include "hot/lifecycle.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/options.h"
#include "hot/frames.h"
#include "hot/hooks.h"
#include "hot/identity.h"
#include "hot/journal_file.h"
#include "hot/leaks.h"
#include "hot/loaded_object.h"
#include "hot/pools.h"
#include "hot/problems.h"
#include "hot/real.h"
#include "hot/record.h"
#include "hot/requests.h"
#include "hot/sampled.h"
#include "hot/sampler.h"
#include "hot/thread.h"
#include "hot/unwind.h"
#include "monitor/monitor.h"
#include "platform/os.h"
#include "store/address_map.h"
#include "store/control.h"
#include "store/modules.h"
#include "store/peak.h"
#include "store/store.h"
#include "store/strings.h"
#include "store/threads.h"
#include "store/timeline.h"

enum s_state { S_NEW, S_OPENING, S_RECORDING, S_OFF };

static uint32_t s_state; /* enum s_state */
#ifdef MS_HOT_STATIC
/* libc allocates while it prepares a static program, before _dl_find_object can be asked: the first
 * constructor starts the runtime. */
static bool s_may_start;
#else
static const bool s_may_start = true;
#endif
static struct ms_options s_options;

/* A fork that is under way. Synchronization: store lock, from prepare to parent or child. */
static struct {
    uint64_t signals;
    struct ms_recording recording;
    uint32_t serial; /* of copies: a child may still have to rename the one before */
    int copy; /* descriptor of the journal made for the child; -errno: could not; 0: none wanted */
    char copy_path[1024 + 24];
} s_fork;

/* "the journal PATH cannot be made: REASON; the program runs on unmeasured" */
static void s_say_no_journal(const char *path, int error) {
    char line[480] = "the journal ";
    const char *reason = strerrordesc_np(-error);
    if (error == -EPERM)
        reason = "its directory belongs to another user";
    if (error == -ENOTBLK)
        reason = "there is something that is not a regular file";
    strncat(line, path, 300);
    strcat(line, " cannot be made (");
    strncat(line, reason != NULL ? reason : "unknown error", 60);
    strcat(line, "): the program runs on, unmeasured");
    ms_os_say(line);
}

static void s_complain(void *data, const char *line) {
    (void)data;
    ms_os_say(line);
}

static void s_describe(struct ms_journal_header *header) {
    header->sample_rate = s_options.sample_bytes != 0 ? 1.0 : s_options.sample_rate;
    header->sampled = ms_sampler_samples();
    header->gaps = !s_options.start;
    header->sample_bytes = s_options.sample_bytes;
    header->sample_least_rate = header->sample_rate;
    header->sample_most_bytes = header->sample_bytes;
    header->seed = s_options.seed;
    header->capture_stack = s_options.stack && s_options.max_stack_depth != 0;
    header->max_stack_depth = s_options.max_stack_depth;
    header->event_limit = s_options.events;
    if (s_options.events == MS_OPTIONS_EVENTS_AUTO)
        header->event_limit = ms_sampler_samples() ? MS_EVENT_DEFAULT : 0;
    header->monitor_ms = s_options.monitor ? s_options.monitor_ms : 0;
    header->tick_interval_ns = (uint64_t)s_options.monitor_ms * 1000000;
    header->is_glibc = ms_real_is_glibc();
    const char *other_malloc = ms_real_other_malloc();
    if (other_malloc != NULL) {
        uint64_t signals;
        ms_store_lock(&signals);
        header->other_malloc =
            *other_malloc != 0 ? ms_strings_intern(other_malloc) : header->executable;
        ms_store_unlock(&signals);
    }
}

/* Module 1 is the program itself. */
static void s_enter_program(void) {
    uint64_t signals;
    ms_store_lock(&signals);
    ms_modules_frame((uintptr_t)getauxval(AT_ENTRY) + 1);
    ms_store_unlock(&signals);
}

static bool s_open(void) {
    /* Large, and the program's stack may be small. */
    static struct ms_identity s_identity;
    static char s_path[1024];
    ms_options_init(&s_options);
    const char *text = getenv("MEMSCOPE_OPTIONS");
    if (text != NULL)
        ms_options_parse(&s_options, text, s_complain, NULL);
    if (s_options.preset == MS_PRESET_OFF || getauxval(AT_SECURE) != 0)
        return false;
    if (ms_modules_second_copy()) {
        ms_os_say("a library in a namespace of its own (dlmopen) is not measured");
        return false;
    }
    if (s_options.seed == 0)
        s_options.seed = ms_os_now_real() ^ (uint64_t)ms_os_pid() << 32;
    ms_identity_read(&s_identity);
    s_identity.store.preset = ms_options_preset_name(s_options.preset);
    int result = ms_journal_file_choose(s_path, sizeof(s_path), s_options.out, &s_identity);
    if (result == 0)
        result = ms_store_open(s_path, &s_identity.store, s_options.max_size);
    if (result != 0) {
        s_say_no_journal(s_path, result);
        return false;
    }
    ms_sampler_init(s_options.sample_rate, s_options.sample_bytes, s_options.seed);
    s_describe(ms_store.header);
    ms_recording.depth =
        s_options.max_stack_depth < MS_CAPTURE_LIMIT ? s_options.max_stack_depth : MS_CAPTURE_LIMIT;
    ms_recording.capture = s_options.stack && s_options.max_stack_depth != 0;
    if (ms_sampler_samples())
        ms_sampled_init();
    ms_recording.tables = MS_UNWIND_WORKS && s_options.unwind != MS_UNWIND_FRAME_POINTERS;
    ms_recording.own_clock = true; /* until the monitor runs */
    ms_address_map_apart = ms_real_is_glibc();
    ms_recording.near = (struct ms_block *)(void *)ms_store.near;
    if (ms_store.near != NULL && !ms_sampler_samples()) /* fast.c knows nothing of samples */
        ms_recording.near_last = (uint32_t)(MS_NEAR_BYTES / sizeof(struct ms_block)) - 1;
    ms_os_wipe_on_fork(&ms_recording, sizeof(ms_recording));
    s_enter_program();
    ms_store_start();
    return true;
}

static uint8_t s_blocks_on(void) {
    return ms_recording.sampled ? MS_BLOCKS_SAMPLED : MS_BLOCKS_ON;
}

/* Whether new blocks are recorded from now on. */
static void s_set_blocks(bool on) {
    ms_store_relaxed(&ms_recording.make_last, on ? ms_recording.near_last : 0);
    ms_store_relaxed(&ms_recording.blocks, on ? s_blocks_on() : (uint8_t)MS_BLOCKS_OFF);
}

bool ms_lifecycle_ready(void) {
    uint32_t state = ms_load_acquire(&s_state);
    if (MS_LIKELY(state != S_NEW))
        return state == S_RECORDING && ms_recording.frees;
    if (environ == NULL || !s_may_start || !ms_real_resolve() ||
        !ms_cas_acq_rel(&s_state, &state, S_OPENING))
        return false;
    int saved = errno;
    bool open = s_open();
    errno = saved;
    ms_recording.sampled = open && ms_sampler_samples();
    ms_recording.totals = open && ms_recording.capture && s_options.stack_totals;
    ms_recording.frees = !open                                          ? MS_FREES_NOT
                         : ms_recording.totals && !ms_recording.sampled ? MS_FREES_BY_STACK
                                                                        : MS_FREES_PLAIN;
    ms_recording.traced = open && !ms_recording.sampled && ms_store.header->event_limit != 0;
    s_set_blocks(open && s_options.start);
    ms_recording.untouched = ms_recording.blocks == MS_BLOCKS_OFF;
    ms_store_release(&s_state, open ? S_RECORDING : S_OFF);
    if (open)
        ms_hooks_choose();
    else
        ms_hooks_remove();
    return open;
}

bool ms_lifecycle_begin(void) {
#ifdef MS_HOT_STATIC
    s_may_start = true;
#endif
    return ms_lifecycle_ready();
}

void ms_lifecycle_compiled(const void *address) {
    struct ms_loaded_object object;
    if (s_options.unwind == MS_UNWIND_AUTO && ms_loaded_object_at((uintptr_t)address, &object) &&
        getauxval(AT_PHDR) - object.start < object.end - object.start)
        ms_recording.tables = false;
    ms_hooks_choose();
}

bool ms_lifecycle_ask(void) {
    if (ms_recording.blocks == MS_BLOCKS_ASK && ms_load_acquire(&s_state) == S_RECORDING)
        s_set_blocks(false); /* a child that fork's handlers do not know of */
    return ms_recording.blocks != MS_BLOCKS_OFF && ms_lifecycle_ready() &&
           ms_recording.blocks == MS_BLOCKS_ON;
}

void ms_lifecycle_switch(bool on) {
    if (!ms_lifecycle_ready())
        return;
    if (!on && ms_recording.blocks == s_blocks_on())
        ms_fetch_add_relaxed(&ms_store.header->gaps, 1);
    if (on)
        ms_recording.untouched = false;
    else
        ms_problems_be_unsure();
    s_set_blocks(on);
    ms_hooks_choose();
}

/* ---- the monitor ---- */

static void s_housekeeping(uint64_t now_ns) {
    (void)now_ns;
    ms_thread_sweep();
}

static void s_start_monitor(void) {
    struct ms_journal_header *header = ms_store.header;
    static char s_gpu_feed[1024];
    if (!s_options.monitor)
        return;
    if (s_gpu_feed[0] == 0 && ms_journal_file_gpu_feed(s_gpu_feed, sizeof(s_gpu_feed)) != 0)
        s_gpu_feed[0] = 0;
    struct ms_monitor_hooks hooks = {
        .fill = ms_timeline_fill,
        .append = ms_timeline_append,
        .append_last = ms_timeline_append_last,
        .housekeeping = s_housekeeping,
        .poll = ms_requests_poll,
        .now_ns = &header->now_ns,
        .now_units = &ms_recording.now,
        .monotonic_start_ns = header->monotonic_start_ns,
        .interval_ms = s_options.monitor_ms,
        .journal_fd = &ms_store.fd,
        .gpu_feed = s_gpu_feed[0] != 0 ? s_gpu_feed : NULL,
    };
    uint64_t now_ns = ms_store_now();
    ms_store_relaxed(&header->now_ns, now_ns);
    ms_store_relaxed(&ms_recording.now, MS_BLOCK_TIME(now_ns));
    if (ms_monitor_start(&hooks) == 0)
        ms_recording.own_clock = false;
    else
        ms_os_say("the monitor thread cannot be started: there will be no timeline");
    ms_hooks_choose();
}

static uint32_t s_monitor_begun; /* Synchronization: atomic */

void ms_lifecycle_attached(void) {
    uint32_t no = 0;
    if (MS_UNLIKELY(ms_load_relaxed(&s_monitor_begun) == 0) &&
        ms_cas_acq_rel(&s_monitor_begun, &no, 1))
        s_start_monitor();
}

void ms_lifecycle_monitor(void) {
    if (!ms_lifecycle_ready())
        return;
    if (!ms_exchange_acq_rel(&s_options.monitor, true)) {
        ms_store_relaxed(&ms_store.header->monitor_ms, s_options.monitor_ms);
        ms_store_relaxed(&s_monitor_begun, 0); /* that was without effect */
    }
    ms_lifecycle_attached();
}

/* ---- fork ---- */

static void s_before_fork(void) {
    uint64_t signals;
    ms_pools_before_fork();
    ms_store_lock(&signals);
    s_fork.signals = signals;
    s_fork.recording = ms_recording;
    s_fork.copy = 0;
    if (ms_store.header != NULL && s_options.follow_fork) {
        strcpy(s_fork.copy_path, ms_store.path);
        strcat(s_fork.copy_path, ".fork");
        ms_decimal_write(s_fork.copy_path + strlen(s_fork.copy_path), ++s_fork.serial);
        s_fork.copy = ms_store_copy(s_fork.copy_path);
    }
}

/* Also when the fork has failed: then the copy is still under its first name. */
static void s_after_fork_in_parent(void) {
    uint64_t signals = s_fork.signals;
    int saved = errno;
    if (s_fork.copy > 0)
        ms_os_close(s_fork.copy);
    ms_store_unlock(&signals);
    ms_pools_after_fork();
    errno = saved;
}

static void s_stop_recording(void) {
    s_set_blocks(false);
    ms_recording.frees = MS_FREES_NOT;
    ms_store.header = NULL;
    ms_store_release(&s_state, S_OFF);
    ms_hooks_remove();
}

static void s_fork_journal(void) {
    static struct ms_identity s_identity;
    static char s_path[1024];
    ms_identity_read(&s_identity);
    int result = s_fork.copy;
    if (result > 0)
        result = ms_journal_file_choose(s_path, sizeof(s_path), s_options.out, &s_identity);
    if (result == 0)
        result = ms_store_adopt(s_fork.copy, s_fork.copy_path, s_path);
    if (result != 0) {
        s_say_no_journal(s_path, result);
        s_stop_recording();
        return;
    }
    ms_store.header->process_start_ticks = s_identity.store.process_start_ticks;
    ms_control_forked();
    ms_thread_forked();
}

static void s_after_fork_in_child(void) {
    uint64_t signals = s_fork.signals;
    int saved = errno;
    bool recording = ms_load_acquire(&s_state) == S_RECORDING;
    ms_recording = s_fork.recording;
    ms_monitor_forked();
    ms_peak_forked();
    if (recording && s_options.follow_fork)
        s_fork_journal();
    else if (recording)
        s_stop_recording();
    ms_store_unlock(&signals);
    ms_pools_after_fork();
    if (ms_store.header != NULL && ms_thread_self != NULL)
        s_start_monitor();
    errno = saved;
}

/* ---- start and end ---- */

/* Async-signal-safe. A child of vfork runs in our memory: the pid tells. */
static void s_end(int status) {
    struct ms_journal_header *header = ms_store.header;
    if (header == NULL || header->pid != (uint32_t)ms_os_pid() || header->end_ns != 0)
        return;
    int saved = errno;
    ms_monitor_stop();
    ms_recording.own_clock = true;
    ms_hooks_choose();
    ms_record_end();
    ms_thread_sweep();
    header->exit_code = status & 0xff;
    header->end_ns = ms_store_now_precise() | 1; /* 0 means running */
    if (s_options.leaks)
        ms_leaks_scan(false);
    ms_store_release(&header->state, MS_STATE_EXITED);
    errno = saved;
}

void (*ms_lifecycle_at_end)(void);

static void s_at_exit(int status, void *data) {
    (void)data;
    s_end(status);
    void (*at_end)(void) = ms_load_acquire(&ms_lifecycle_at_end);
    if (at_end != NULL)
        at_end();
}

#ifndef MS_HOT_STATIC
/* exit() does not come through here, only programs that end without their handlers do. */
__attribute__((visibility("default"), noreturn)) void _exit(int status) {
    s_end(status);
    ms_os_exit(status);
}

__attribute__((visibility("default"), noreturn)) void _Exit(int status) {
    _exit(status);
}
#endif

/* Handlers are registered here and not with the first block: that may be one that atexit() itself
 * allocates, with its lock held. */
__attribute__((constructor(101))) static void s_start(void) {
    ms_real_resolve();
    if (!ms_lifecycle_begin())
        return;
    pthread_atfork(s_before_fork, s_after_fork_in_parent, s_after_fork_in_child);
    on_exit(s_at_exit, NULL);
    if (!s_options.start)
        ms_lifecycle_attached(); /* it is the monitor that is told to resume */
}
