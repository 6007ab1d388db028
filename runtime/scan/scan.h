/* SPDX-License-Identifier: MIT */
/*
 * Which live blocks the program can still reach: a conservative search, as a garbage collector
 * makes it, from everything that may hold a pointer (roots.h) through the blocks that are found.
 * What comes of it is kept in the journal: in ms_block.holder of each block, and in the header.
 *
 * The program's threads stand still meanwhile (platform/stopped.h). No lock, no malloc; errno
 * stays.
 */
#ifndef MS_SCAN_SCAN_H
#define MS_SCAN_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#define MS_SCAN_DEAD_LIMIT 256u

/* What only the caller knows of the process. */
struct ms_scan_request {
    int helper;                   /* a thread of ours that need not stop, 0: none */
    bool is_outside;              /* the caller is that thread: its registers and stack are none */
    bool is_glibc;                /* so is the allocator */
    uintptr_t linker;             /* an address of the dynamic linker, 0: there is none */
    bool is_incomplete;           /* there are blocks without a record */
    uintptr_t allocator;          /* an address in its code */
    uintptr_t own_start, own_end; /* data of memscope's own, 0: lies among the program's */
    uintptr_t arena_start, arena_end;        /* what in it are blocks of the program */
    uintptr_t stack_pointer, thread_pointer; /* of the caller */
    intptr_t word; /* from a thread pointer to a word of ours that holds an address of a block */
    uint32_t dead_count;
    struct {
        uintptr_t start, end;
    } dead[MS_SCAN_DEAD_LIMIT]; /* stacks of threads that have ended */
};

/* Searches, on behalf of the calling thread, whose registers are taken here; the header says what
 * has come of it. */
void ms_scan(struct ms_scan_request *request);

#endif
