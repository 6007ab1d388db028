/* SPDX-License-Identifier: MIT */
/*
 * Objects on the stack, as compiled code tells of them: entered, left. Each thread has a list of
 * those that are on its own stack now, so that it is noticed when longjmp, or a throw through
 * functions without cleanups, has left some without a word:
 *
 *     below the stack pointer             cannot be live
 *     above the object around this one    cannot be live either, when this one is entered or left
 *     of an activation at the same place  is of an earlier call, when nothing is around this one
 *
 * An object on another stack (a coroutine's, a signal's) is on no list: what names it tells its
 * site and size. It is counted when it is entered and left, in whatever thread, and a jump is not
 * noticed.
 *
 * The functions are called in any thread and signal handler; they do not allocate, wait for the
 * program, or change errno.
 */
#ifndef MS_HOT_OBJECTS_H
#define MS_HOT_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

struct ms_thread;

/* Who enters an object. */
struct ms_activation {
    uintptr_t frame;         /* the address of a byte of its own */
    uintptr_t stack_pointer; /* what lies below is no longer, or not yet, used */
    uint64_t outer;
};

/* What include/memscope/abi.h says of the functions that compiled code calls. */
uint64_t ms_objects_enter(uint32_t site, uint64_t size, const struct ms_activation *by);
uint64_t ms_objects_enter_growing(uint32_t site, const struct ms_activation *by);
uint64_t ms_objects_grow(uint64_t object, uint64_t size);
void ms_objects_leave(uint64_t object);

/* THREAD has ended: what it has not left counts as left by a jump. Store lock held. */
void ms_objects_abandon(struct ms_thread *thread);

#endif
