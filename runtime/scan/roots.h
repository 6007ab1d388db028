/* SPDX-License-Identifier: MIT */
/*
 * Where the program's pointers begin: writable memory that is no block of the heap. That is the
 * data of all modules, the stacks of threads down to where they are used, thread-local storage, and
 * what the program has mapped itself. Left out are memscope's own pages, free memory of the
 * allocator, stacks of threads that are gone, and memory that is shared with other processes.
 *
 * For the child of ms_stopped_run.
 */
#ifndef MS_SCAN_ROOTS_H
#define MS_SCAN_ROOTS_H

#include "platform/stopped.h"
#include "scan/blocks.h"
#include "scan/memory.h"
#include "scan/scan.h"

/* What pointers in a piece of memory count. */
enum ms_roots_trust {
    MS_ROOTS_ANY,    /* into a block */
    MS_ROOTS_NO_TOP, /* the same, but to where the piece behind a block begins: the allocator's */
    MS_ROOTS_EXACT,  /* to the start of a block alone: free memory is full of others */
};

struct ms_roots {
    const struct ms_scan_request *request;
    const struct ms_stopped *stopped;
    const struct ms_scan_blocks *blocks;
    struct ms_scan_memory *memory;
    void (*visit)(void *data, uintptr_t start, uintptr_t end, enum ms_roots_trust trust);
    void *data;
    struct ms_hole {
        uintptr_t start, end;
    } * holes; /* by start */
    size_t hole_count;
    bool is_cut; /* there were more holes */
};

/* Calls visit with each piece; false: no memory. */
bool ms_roots_visit(struct ms_roots *roots);

#endif
