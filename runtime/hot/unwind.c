/* SPDX-License-Identifier: MIT */
#include "hot/unwind.h"

#include <stdbool.h>
#include <stddef.h>

#include "hot/call_frame.h"
#include "hot/frames.h"
#include "hot/thread.h"
#include "store/stacks.h"

/* Frames of ours between the walk and the program: all of runtime/hot has frame pointers. */
#define OWN_FRAMES 8u

/* Where the walk is: the registers of one frame, at the instruction behind its call. */
struct s_frame {
    uintptr_t address, stack_pointer, frame_pointer;
    bool is_exact; /* a signal came at that very instruction: no call is before it */
};

static struct ms_frame_rule s_rule(struct ms_thread *thread, uintptr_t address) {
    struct ms_rule_entry *entry = &thread->rules[(address ^ address >> 12) % MS_RULE_CACHE];
    if (MS_UNLIKELY(entry->address != address)) {
        entry->rule = ms_call_frame_rule(address);
        entry->address = address;
    }
    return entry->rule;
}

/* The word at ADDRESS, when it lies in the stack at or above LOW; false: it does not. */
static inline bool s_word(const struct ms_thread *thread, uintptr_t low, uintptr_t address,
                          uintptr_t *word) {
    if (address < low || address > thread->stack_last || address % sizeof(uintptr_t) != 0)
        return false;
    *word = *(const uintptr_t *)address;
    return true;
}

/* What the kernel leaves for a signal handler: struct ucontext of AMD64, whose general registers
 * begin at byte 40. Source: <sys/ucontext.h>, REG_RBP, REG_RSP and REG_RIP. */
static bool s_leave_signal(const struct ms_thread *thread, struct s_frame *frame) {
    uintptr_t low = frame->stack_pointer, registers = low + 40;
    return s_word(thread, low, registers + 10 * 8, &frame->frame_pointer) &&
           s_word(thread, low, registers + 15 * 8, &frame->stack_pointer) &&
           s_word(thread, low, registers + 16 * 8, &frame->address) && frame->stack_pointer > low;
}

/* From FRAME to its caller's; false: this was the last. */
static bool s_leave(struct ms_thread *thread, struct s_frame *frame) {
    struct ms_frame_rule rule = s_rule(thread, frame->address - !frame->is_exact);
    uintptr_t low = frame->stack_pointer, cfa;
    frame->is_exact = rule.base == MS_FRAME_SIGNAL;
    if (rule.base == MS_FRAME_STACK_POINTER)
        cfa = frame->stack_pointer + (uintptr_t)(intptr_t)rule.cfa;
    else if (rule.base == MS_FRAME_FRAME_POINTER)
        cfa = frame->frame_pointer + (uintptr_t)(intptr_t)rule.cfa;
    else
        return rule.base == MS_FRAME_SIGNAL && s_leave_signal(thread, frame);
    if (cfa <= low || !s_word(thread, low, cfa - 8, &frame->address) || frame->address == 0)
        return false;
    if (rule.frame_pointer != 0 &&
        !s_word(thread, low, cfa + (uintptr_t)(intptr_t)rule.frame_pointer, &frame->frame_pointer))
        return false;
    frame->stack_pointer = cfa;
    return true;
}

/* The frame that has made CALL; false: ours do not lie where they should. */
static bool s_find_caller(const struct ms_thread *thread, struct ms_call call,
                          struct s_frame *frame) {
    uintptr_t own = (uintptr_t)__builtin_frame_address(0);
    if (own < thread->stack_low)
        return false; /* another stack: a coroutine's, a signal's */
    for (unsigned i = 0; i < OWN_FRAMES; i++) {
        uintptr_t next, address;
        if (!s_word(thread, own, own, &next) || !s_word(thread, own, own + 8, &address))
            return false;
        if (address == call.return_address && next == call.caller_frame) {
            *frame = (struct s_frame){address, own + 16, next, false};
            return true;
        }
        if (next <= own)
            return false;
        own = next;
    }
    return false;
}

uint32_t ms_unwind_capture(struct ms_thread *thread, struct ms_call call, uint32_t depth) {
    uintptr_t frames[MS_CAPTURE_LIMIT] = {call.return_address};
    struct s_frame frame;
    uint32_t count = 1;
    uint64_t hash = ms_frames_mix(0, call.return_address);
    if (s_find_caller(thread, call, &frame)) {
        while (count < depth && s_leave(thread, &frame)) {
            frames[count] = frame.address + frame.is_exact;
            hash = ms_frames_mix(hash, frames[count++]);
        }
    }
    struct ms_stack_entry *entry = ms_frames_entry(thread, hash);
    if (MS_UNLIKELY(entry->hash != hash || entry->id == 0)) {
        entry->id = ms_stacks_intern(hash, frames, count);
        entry->hash = hash;
    }
    return entry->id;
}
