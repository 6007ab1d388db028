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

/* The COUNT frames that have just been walked, again. */
static __attribute__((noinline, cold)) uint32_t s_intern(uint64_t hash, struct ms_call call,
                                                         uint32_t count) {
    uintptr_t frames[MS_CAPTURE_LIMIT], frame = call.caller_frame;
    frames[0] = call.return_address;
    for (uint32_t i = 1; i < count; i++) {
        frames[i] = ((const uintptr_t *)frame)[1];
        frame = *(const uintptr_t *)frame;
    }
    return ms_stacks_intern(hash, frames, count);
}

uint32_t ms_frames_capture(struct ms_thread *thread, struct ms_call call, uint32_t depth) {
    uint32_t count;
    uint64_t hash = ms_frames_walk(thread, call, depth, &count);
    struct ms_stack_entry *entry = ms_frames_entry(thread, hash);
    if (MS_UNLIKELY(entry->hash != hash || entry->id == 0)) {
        entry->id = s_intern(hash, call, count);
        entry->hash = hash;
    }
    return entry->id;
}
