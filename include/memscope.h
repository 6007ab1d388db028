/* SPDX-License-Identifier: MIT */
/*
 * What a measured program includes: the annotations. Code that has them compiles everywhere; they
 * mean something when the compiler plugin is loaded (gcc -fplugin=memscope.so, or `memscope cc`).
 *
 *     MEMSCOPE struct node *head;        every block assigned to head, as "head", struct node
 *
 *     struct cache {
 *         MEMSCOPE_LABEL("slots") struct slot *slots;           "struct cache.slots"
 *     };
 *
 *     void f(void) {
 *         MEMSCOPE char line[80];        the array itself, from here to the end of its scope
 *         static MEMSCOPE int table[9];  static memory: name, type and size
 *     }
 */
#ifndef MEMSCOPE_H
#define MEMSCOPE_H

#ifdef __has_attribute
#    if __has_attribute(memscope)
#        define MEMSCOPE             __attribute__((memscope))
#        define MEMSCOPE_LABEL(text) __attribute__((memscope(text)))
#    endif
#endif
#ifndef MEMSCOPE
#    define MEMSCOPE
#    define MEMSCOPE_LABEL(text)
#endif

/*
 * The functions below are in libmemscope (link with `memscope config --libs`, or by `memscope cc`).
 * Any thread; not from signal handlers.
 */
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* From here on allocations of the process are not recorded, until memscope_resume(). What is
 * already recorded stays, and its frees are noticed. */
void memscope_pause(void);

/* Records again. With MEMSCOPE_OPTIONS=start=0 this is where recording begins. No effect when there
 * is no journal (preset=off, or it could not be made). */
void memscope_resume(void);

/* Looks now which blocks the program can still reach, for `memscope leaks` and for itself: the
 * bytes that it cannot; MEMSCOPE_NOT_CHECKED when there is no journal or it could not be looked.
 * All other threads stand still meanwhile, a second at most for a million blocks; system calls of
 * theirs may end with EINTR as when a debugger stops them. */
uint64_t memscope_check_leaks(void);
#define MEMSCOPE_NOT_CHECKED UINT64_MAX

/* The program is at a moment called NAME ("loaded", "request 17"; copied, cut at 4095 bytes): it
 * stands on the timeline of reports. At most 65536 moments are kept; later ones are counted as
 * dropped. Does nothing when there is no journal. */
void memscope_mark(const char *name);

/* The calling thread is in a phase called NAME (as with memscope_mark; NULL: without a name) until
 * its next memscope_phase_end(). Phases of a thread lie inside one another: the end of one goes
 * back to the phase around it, an end without a beginning does nothing. What is open when the
 * thread ends lasts until then. Reports say what the thread allocated in it, inner phases included.
 * The child of a fork is in no phase. At most 65536 are kept; later ones are counted as dropped.
 * They do nothing when there is no journal. */
void memscope_phase_begin(const char *name);
void memscope_phase_end(void);

#ifdef __cplusplus
}
#endif

#include "memscope/tracker.h" /* the program's own lists of variables */

#define MEMSCOPE_VERSION_MAJOR 0
#define MEMSCOPE_VERSION_MINOR 1
#define MEMSCOPE_VERSION_PATCH 0

#endif
