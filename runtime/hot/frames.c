/* SPDX-License-Identifier: MIT */
#include "hot/frames.h"

#include <fcntl.h>
#include <stddef.h>

#include "hot/thread.h"
#include "platform/os.h"
#include "store/stacks.h"

/* The line of /proc/self/maps that covers ADDRESS. Lines are "start-end perms …". */
void ms_frames_find_stack(uintptr_t *low, uintptr_t *last) {
    char text[1024];
    uintptr_t address = (uintptr_t)__builtin_frame_address(0);
    uintptr_t number[2] = {0, 0};
    unsigned part = 0; /* 0: start, 1: end, 2: the rest of the line */
    uintptr_t *high = last;
    *low = *high = 0;
    int fd = ms_os_open("/proc/self/maps", O_RDONLY, 0);
    if (fd < 0)
        return;
    for (long size; *high == 0 && (size = ms_os_read(fd, text, sizeof(text))) > 0;) {
        for (long i = 0; i < size && *high == 0; i++) {
            char c = text[i];
            if (c == '\n') {
                number[0] = number[1] = part = 0;
            } else if (part < 2 && (c == '-' || c == ' ')) {
                if (++part == 2 && address >= number[0] && address < number[1]) {
                    *low = number[0];
                    *high = number[1];
                }
            } else if (part < 2) {
                number[part] = number[part] * 16 + (uintptr_t)(c <= '9' ? c - '0' : c - 'a' + 10);
            }
        }
    }
    ms_os_close(fd);
    /* The main thread's stack grows down as it is used; mappings stay at least 128 MiB away from
     * its top (the kernel's mmap_base), so 64 MiB below the top nothing else lies. */
    if (*high != 0 && ms_os_tid() == ms_os_pid())
        *low = *high - (UINT64_C(64) << 20);
    if (*high != 0)
        *last = *high - 2 * sizeof(uintptr_t);
}

/* The return address that WORD of a frame is: on aarch64 it may be signed (-mbranch-protection). */
static inline uintptr_t s_return_address(uintptr_t word) {
#ifdef __aarch64__
    register uintptr_t x30 __asm__("x30") = word;
    __asm__("hint 7" : "+r"(x30)); /* xpaclri; older processors do nothing there */
    return x30;
#else
    return word;
#endif
}

/* Walks at most DEPTH frames, *COUNT in the end; their hash. */
static uint64_t s_walk(const struct ms_thread *thread, struct ms_call call, uint32_t depth,
                       uint32_t *count) {
    uint64_t hash = ms_frames_mix(0, call.return_address);
    uintptr_t low = (uintptr_t)__builtin_frame_address(0), last = thread->stack_last;
    uintptr_t frame = call.caller_frame;
    uint32_t left = depth - 1;
    if (MS_UNLIKELY(low < thread->stack_low || low > last))
        last = 0; /* another stack: a coroutine's, a signal's */
    while (frame > low && frame <= last && frame % sizeof(uintptr_t) == 0 && left != 0) {
        hash = ms_frames_mix(hash, s_return_address(((const uintptr_t *)frame)[1]));
        left--;
        low = frame;
        frame = *(const uintptr_t *)frame;
    }
    *count = depth - left;
    return hash;
}

/* The COUNT frames that have just been walked, again. */
static __attribute__((noinline, cold)) uint32_t s_intern(uint64_t hash, struct ms_call call,
                                                         uint32_t count) {
    uintptr_t frames[MS_CAPTURE_LIMIT], frame = call.caller_frame;
    frames[0] = call.return_address;
    for (uint32_t i = 1; i < count; i++) {
        frames[i] = s_return_address(((const uintptr_t *)frame)[1]);
        frame = *(const uintptr_t *)frame;
    }
    return ms_stacks_intern(hash, frames, count);
}

/* For ms_frames_known. COUNT frames have just been walked; the first is CALL itself. */
static void s_remember(struct ms_thread *thread, struct ms_call call, uint32_t count,
                       uint32_t stack) {
    if (count < 2 || count - 1 > MS_WALK_FRAMES)
        return;
    struct ms_walk *walk = ms_frames_walk_of(thread, call);
    uintptr_t at = call.caller_frame;
    uint32_t frames = 0;
    for (uint32_t i = 1; i < count; i++, frames++) {
        walk->at[frames] = at;
        const uintptr_t *frame = (const uintptr_t *)at; /* aligned as a word is, no more */
        walk->frames[frames] = (struct ms_frame){frame[0], frame[1]};
        at = frame[0];
    }
    for (; frames % MS_WALK_STEP != 0; frames++) {
        walk->at[frames] = walk->at[frames - 1];
        walk->frames[frames] = walk->frames[frames - 1];
    }
    walk->count = frames;
    walk->stack = stack;
    walk->return_address = call.return_address;
}

void ms_frames_forget(struct ms_thread *thread) {
    for (uint32_t i = 0; i < MS_WALK_CACHE; i++)
        if (thread->walks[i].return_address != 0)
            thread->walks[i].return_address = 0;
}

uint32_t ms_frames_capture(struct ms_thread *thread, struct ms_call call, uint32_t depth) {
    uint32_t count;
    uint64_t hash = s_walk(thread, call, depth, &count);
    struct ms_stack_entry *entry = ms_frames_entry(thread, hash);
    if (MS_UNLIKELY(entry->hash != hash || entry->id == 0)) {
        entry->id = s_intern(hash, call, count);
        entry->hash = hash;
    }
    s_remember(thread, call, count, entry->id);
    return entry->id;
}
