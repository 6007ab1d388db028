/* SPDX-License-Identifier: MIT */
#include "hot/frames.h"

#include <fcntl.h>
#include <stddef.h>

#include "hot/thread.h"
#include "platform/os.h"
#include "store/stacks.h"

/* The line of /proc/self/maps that covers ADDRESS. Lines are "start-end perms …". */
void ms_frames_find_stack(uintptr_t *low, uintptr_t *high) {
    char text[1024];
    uintptr_t address = (uintptr_t)__builtin_frame_address(0);
    uintptr_t number[2] = {0, 0};
    unsigned part = 0; /* 0: start, 1: end, 2: the rest of the line */
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
}

uint32_t ms_frames_capture(struct ms_thread *thread, uintptr_t return_address, uintptr_t frame,
                           uint32_t depth) {
    uintptr_t frames[MS_CAPTURE_LIMIT];
    uint64_t hash = return_address * UINT64_C(0x9E3779B97F4A7C15);
    uintptr_t high = thread->stack_high - 2 * sizeof(uintptr_t);
    uint32_t count = 1;
    if (depth > MS_CAPTURE_LIMIT)
        depth = MS_CAPTURE_LIMIT;
    frames[0] = return_address;
    /* FRAME points to the caller's frame pointer, above it is our return address. Callers lie
     * higher. On another stack (a coroutine's, a signal's) FRAME is out of range and one frame is
     * all. */
    if (frame >= thread->stack_low && frame <= high) {
        uintptr_t next = *(const uintptr_t *)frame;
        while (count < depth && next > frame && next <= high && next % sizeof(uintptr_t) == 0) {
            uintptr_t address = ((const uintptr_t *)next)[1];
            if (address < 4096)
                break;
            frames[count++] = address;
            hash = (hash ^ address) * UINT64_C(0xff51afd7ed558ccd);
            hash ^= hash >> 32;
            frame = next;
            next = *(const uintptr_t *)frame;
        }
    }
    struct ms_stack_entry *entry = &thread->stacks[(hash >> 20) % MS_STACK_CACHE];
    if (MS_UNLIKELY(entry->hash != hash || entry->id == 0)) {
        entry->id = ms_stacks_intern(hash, frames, count);
        entry->hash = hash;
    }
    return entry->id;
}
