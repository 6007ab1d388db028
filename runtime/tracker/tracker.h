/* SPDX-License-Identifier: MIT */
/*
 * What a tracker is. include/memscope/tracker.h has the functions.
 *
 * What is in no other comment's keeping is under the store lock: signals are blocked while a list
 * changes, and a forked child finds it whole.
 */
#ifndef MS_TRACKER_TRACKER_H
#define MS_TRACKER_TRACKER_H

#include <stdbool.h>
#include <stdint.h>

#include "memscope/tracker.h"
#include "store/map.h"

#define MS_TRACKER_PATH_SIZE 4096u
#define MS_TRACKER_CACHE     64u
#define MS_TRACKER_ALL       (UINT64_C(1) << 53)

/* A tracked variable: one place in the source. */
struct ms_tracker_entry {
    uint32_t site;
    uint32_t stack; /* of the first call that kept one, 0: none */
};

/* An object that is tracked and there. */
struct ms_tracker_object {
    uintptr_t address; /* 0: free; `size` is the number of the next free one + 1 */
    uint64_t size;
    uint32_t site;
    uint32_t zero;
};

struct memscope_tracker {
    uint32_t references; /* Synchronization: atomic */
    bool is_global;
    bool monitors;
    uint32_t depth;     /* of the stacks that are kept, 0: none. Synchronization: atomic */
    uint64_t threshold; /* the share of calls that keep one, of MS_TRACKER_ALL. Likewise */
    uint64_t random;    /* state of the generator of samples. Likewise, but a lost change is none */
    /* Sites that were looked up lately: their number * 2, + 1 when their entry has a stack. They
     * are on the list. Synchronization: atomic */
    uint32_t cached[MS_TRACKER_CACHE];
    struct ms_map entry_of_site; /* number + 1 */
    struct ms_tracker_entry *entries;
    uint32_t entry_count, entry_capacity;
    struct ms_map object_at; /* by address: number + 1; 0: it has ended */
    struct ms_tracker_object *objects;
    uint32_t object_count, object_capacity, first_free_object; /* number + 1 */
    int exporter_pid;                                          /* who writes the file, 0: nobody */
    char export_path[MS_TRACKER_PATH_SIZE];
};

/* Says so when no format has the extension of PATH, as far as this process knows. */
void ms_tracker_check_format(const char *path);

/* Writes the file of a tracker with auto-export; says so when it cannot. */
void ms_tracker_auto_export(memscope_tracker *tracker);

/* ENTRIES, *CAPACITY of them, each of SIZE bytes, with room for one more than COUNT; NULL: no
 * memory, and they stay as they are. */
void *ms_tracker_grow(void *entries, uint32_t *capacity, uint32_t count, size_t size);

#endif
