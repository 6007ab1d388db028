/* SPDX-License-Identifier: MIT */
/*
 * Trackers: the program itself says which of its variables it wants to see. <memscope.h> includes
 * this; the functions are in libmemscope.
 *
 *     memscope_tracker *t = memscope_tracker_with_auto_export(memscope_tracker_new(), "out.json");
 *     struct node *head = make_list();
 *     char line[80];
 *     MEMSCOPE_TRACK(t, head);      the heap block that head holds now
 *     MEMSCOPE_TRACK(t, line);      the array itself
 *     memscope_tracker_release(t);  writes out.json
 *
 * A tracker is a list of variables over what memscope records of the whole process anyway. Where
 * nothing is recorded (MEMSCOPE_OPTIONS=preset=off, memscope_pause()) a tracker works as always and
 * its list stays empty.
 *
 * All functions: any thread, at any time but in signal handlers; they keep errno, never end the
 * program, take NULL for a tracker (it tracks nothing), and have their memory not from malloc, so
 * that it is in no number.
 */
#ifndef MEMSCOPE_TRACKER_H
#define MEMSCOPE_TRACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memscope/report_rows.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct memscope_tracker memscope_tracker;

/* ---- handles ---- */

/* A tracker with one reference, which the caller owns. NULL: no memory. */
memscope_tracker *memscope_tracker_new(void);

/* The tracker of the process, never NULL. It is there to the end: clones of it and releases change
 * nothing. */
memscope_tracker *memscope_tracker_global(void);

/* One more reference to the same tracker, which the caller owns. Returns T. */
memscope_tracker *memscope_tracker_clone(memscope_tracker *t);

/* Gives a reference back. With the last one the tracker is gone: objects it tracks count as ended,
 * blocks of the heap stay what they are, and a tracker with auto-export writes its file. */
void memscope_tracker_release(memscope_tracker *t);

/* ---- what a tracker does besides; each returns T ---- */

/* Samples processor, memory, disks and network all along, also where MEMSCOPE_OPTIONS has
 * monitor=0. */
memscope_tracker *memscope_tracker_with_system_monitoring(memscope_tracker *t);

typedef struct memscope_sampling_config {
    double sample_rate; /* 0..1: the share of MEMSCOPE_TRACK calls that keep a call stack */
    bool capture_call_stack;
    size_t max_stack_depth; /* frames, at most 128; 0: none */
} memscope_sampling_config;

memscope_sampling_config memscope_sampling_demo(void); /* {0.1, false, 5} */
memscope_sampling_config memscope_sampling_full(void); /* {1.0, true, 20}, the default */
memscope_sampling_config memscope_sampling_high_performance(void); /* {0.01, false, 0} */

/* Which calls keep where they came from, for blocks that have no stack of where they were made.
 * Counts and bytes are exact at every rate. A rate below 0 or not a number is 0, above 1 is 1. */
memscope_tracker *memscope_tracker_with_sampling(memscope_tracker *t,
                                                 memscope_sampling_config config);

/* The last release (of the global tracker: the end of the process by exit() or return from main)
 * writes the report to PATH, which is copied, as memscope_export does; its extension (.json,
 * .msgpack, .html and those of the other formats of `memscope export`) is the format; one that no
 * format has is said here, in one line on standard error, unless memscope_register_extension has
 * been called. Forked children do not write it. NULL: nothing is written. One line when it cannot
 * be written, none where nothing is recorded. */
memscope_tracker *memscope_tracker_with_auto_export(memscope_tracker *t, const char *path);

/* ---- tracking ---- */

/*
 * VARIABLE, an lvalue, is tracked by T under its name, file and line.
 *
 *   a pointer         the heap block that starts where it points to now, until that is freed (also
 *                     when realloc moves it). Another block that it holds later is tracked with
 *                     the next call; code that is compiled with the plugin also tells when an
 *                     annotated pointer lets go. Not a pointer to a block: only listed
 *   anything else     the object itself, sizeof VARIABLE bytes, until the same tracker tracks its
 *                     address again, memscope_untrack, or the tracker is gone
 *
 * Arguments may be evaluated more than once.
 */
#define MEMSCOPE_TRACK(t, variable)                                                                \
    (MEMSCOPE_DETAIL_IS_POINTER(variable)                                                          \
         ? memscope_track_as((t), MEMSCOPE_DETAIL_ADDRESS(variable), #variable, __FILE__,          \
                             __LINE__)                                                             \
         : memscope_track_object_as((t), MEMSCOPE_DETAIL_ADDRESS(variable), sizeof(variable),      \
                                    #variable, __FILE__, __LINE__))
#ifdef __cplusplus
#    define MEMSCOPE_DETAIL_IS_POINTER(variable) (::memscope_detail::is_pointer(variable))
#    define MEMSCOPE_DETAIL_ADDRESS(variable)    (&reinterpret_cast<const volatile char &>(variable))
#else
/* 5 is the class of pointers, and of arrays; those become another type behind a comma. */
#    define MEMSCOPE_DETAIL_IS_POINTER(variable)                                                   \
        (__builtin_classify_type(variable) == 5 &&                                                 \
         __builtin_types_compatible_p(__typeof__(variable), __typeof__(((void)0, (variable)))))
#    define MEMSCOPE_DETAIL_ADDRESS(variable) (&(variable))
#endif

/* The pointer at VARIABLE, under that NAME. Strings are copied. */
void memscope_track_as(memscope_tracker *t, const volatile void *variable, const char *name,
                       const char *file, int line);

/* The SIZE bytes at OBJECT. */
void memscope_track_object_as(memscope_tracker *t, const volatile void *object, size_t size,
                              const char *name, const char *file, int line);

/* The object at that address ends here. Nothing happens where T tracks none. */
void memscope_untrack(memscope_tracker *t, const volatile void *object);

/* ---- reports ---- */

/* The process so far, as `summary` of a report has it. Where blocks are sampled and recording was
 * off for a while, what is live and its peak are not known (MEMSCOPE_UNKNOWN). Zeros where nothing
 * is recorded. */
typedef struct memscope_tracker_stats {
    uint64_t total_allocations;
    uint64_t total_deallocations;
    uint64_t active_allocations;
    uint64_t peak_memory_bytes;
    uint64_t current_memory_bytes;
    double allocation_rate_per_sec; /* over the time since the start of the process */
    double deallocation_rate_per_sec;
} memscope_tracker_stats;

memscope_tracker_stats memscope_stats(memscope_tracker *t);

/*
 * The same numbers, and of the tracker
 *
 *   hotspots          its variables, one row for each name and place, largest total_size first.
 *                     `location` is always there; `function` is NULL (it takes the program's debug
 *                     information); a stack_id is one of the report that memscope_export writes.
 *                     The numbers are those of the variable: trackers that share a place share them
 *   threads           of the process, as `threads` of a report: in the order in which they first
 *                     allocated. `stack_peak_bytes` of the objects that the plugin tracks. Where
 *                     blocks are sampled, live_bytes and peak_bytes are not known
 *   system_snapshots  with system monitoring: the samples since the start, oldest first
 */
typedef struct memscope_analysis_report {
    uint64_t total_allocations;
    uint64_t total_deallocations;
    uint64_t active_allocations;
    uint64_t peak_memory_bytes;
    uint64_t current_memory_bytes;
    double allocation_rate_per_sec;
    double deallocation_rate_per_sec;
    const struct memscope_hotspot *hotspots;
    size_t hotspot_count;
    const struct memscope_system_snapshot *system_snapshots;
    size_t system_snapshot_count;
    const struct memscope_thread_report *threads;
    size_t thread_count;
} memscope_analysis_report;

/* The caller owns the report, which does not change any more and outlives T. NULL: no memory. */
memscope_analysis_report *memscope_analyze(memscope_tracker *t);

/* Frees it, with all that it points to. NULL is ignored. */
void memscope_analysis_release(memscope_analysis_report *report);

/* A sample of the process and the system taken now, beside those of the report; waits for it, 200
 * ms at most. Where nothing is monitored (monitor=0 and no tracker with system monitoring) all but
 * the time and the heap's bytes is not known. Of GPUs it has the sums and no list. */
struct memscope_system_snapshot memscope_current_system_snapshot(memscope_tracker *t);

/* ---- events ---- */

/*
 * What happened to blocks, one by one: the newest events of each thread, as far as they are written
 * down. Where blocks are sampled those of the sampled ones are; where all blocks are recorded, none
 * are unless MEMSCOPE_OPTIONS has events=N (so many are kept of a thread).
 *
 *     memscope_event_iterator *events = memscope_events(t);
 *     struct memscope_event event;
 *     while (memscope_events_next(events, &event))
 *         printf("%s %zu\n", event.kind, (size_t)event.size);
 *     memscope_events_release(events);
 */
typedef struct memscope_event_iterator memscope_event_iterator;

/* Which events; all zeros: all of them. Those that fulfil every condition. */
typedef struct memscope_event_filter {
    uint64_t from_ns;   /* not before that, in nanoseconds since the start of the process */
    uint64_t to_ns;     /* and before that; 0: no end */
    uint64_t thread_id; /* the thread that did it, as gettid() has it; 0: any */
    uint32_t site_id;   /* 0: any */
    const void
        *address; /* blocks that have a byte at address or the address_bytes - 1 behind it, */
    size_t address_bytes; /* and reallocs of what started there before; NULL: any. 0 counts as 1 */
    bool tracked;         /* only blocks that are counted at variables of the tracker */
} memscope_event_filter;

/* The events there are now, of the whole process, oldest first; they do not change any more. The
 * caller owns the iterator, which one thread at a time may use. An empty one where nothing is
 * written down; NULL: no memory. Takes 64 bytes for each event that is kept and the time to sort
 * them. */
memscope_event_iterator *memscope_events(memscope_tracker *t);

/* The same for those that FILTER, which is copied, lets pass; NULL: all. */
memscope_event_iterator *memscope_events_where(memscope_tracker *t,
                                               const memscope_event_filter *filter);

/* Fills in the next EVENT. False: there is no more, also of NULL. Its strings are constant. A
 * thread's newest block has no site_id as long as the program may yet say what it is: to the
 * thread's next allocation. A stack_id is one of the report that memscope_export writes. */
bool memscope_events_next(memscope_event_iterator *events, struct memscope_event *event);

/* How many there were of the whole process that are not kept any more. MEMSCOPE_UNKNOWN: none are
 * written down, or EVENTS is NULL. */
uint64_t memscope_events_missing(const memscope_event_iterator *events);

/* Frees it. NULL is ignored. */
void memscope_events_release(memscope_event_iterator *events);

/*
 * Writes the report of the process as it is now, with the variables that are tracked in its
 * `variables`, to PATH: FORMAT is "json", "msgpack", "html" or one of an extension, NULL: by the
 * extension of PATH. The file is whole or not there: it is written beside and renamed. The
 * `memscope` program does that, which lies in ../bin of libmemscope or in $PATH; the call waits for
 * it. 0, or an errno value: ENODATA nothing is recorded, ENOENT the program is not there, EINVAL no
 * path, EIO it could not be written (it has said why on standard error).
 */
int memscope_export(memscope_tracker *t, const char *format, const char *path);

/*
 * The exporters and analyzers of the shared library at PATH (memscope/extension.h) take part in all
 * reports that the process writes from now on: FORMAT, and the extension of a file, may be those of
 * its exporters, and the findings of its analyzers are in the reports. It is loaded by the program
 * that writes them and not by this process, so PATH is all that is looked at and kept here: a
 * library that cannot be loaded fails the export. One without a slash is in the working directory
 * of the export. At most 8 libraries; one that is registered already is not registered again.
 * 0, or an errno value: EINVAL no path, ENAMETOOLONG, ENOSPC too many, ENOMEM.
 */
int memscope_register_extension(const char *path);

#ifdef __cplusplus
}

namespace memscope_detail {
template <typename T> constexpr bool is_pointer(T *const volatile &) {
    return true;
}
template <typename T> constexpr bool is_pointer(const volatile T &) {
    return false;
}
} // namespace memscope_detail
#endif

#endif
