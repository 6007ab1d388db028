/* SPDX-License-Identifier: MIT */
/*
 * Reads memory of the process that may not be there, or no longer: in place where nothing can
 * happen, else by process_vm_readv, and only pages that were ever written.
 *
 * For the child of ms_stopped_run.
 */
#ifndef MS_SCAN_MEMORY_H
#define MS_SCAN_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MS_SCAN_MAPPINGS                                                                           \
    65536u /* at most: vm.max_map_count is as much, if nobody has changed it                       \
            */

struct ms_scan_memory {
    int pid;
    int pagemap;                 /* descriptor, negative: there is none */
    bool in_place;               /* nothing else runs */
    struct ms_mapping *mappings; /* lowest first */
    uint32_t count;
    bool is_cut; /* there are more */
    uint64_t *pages;
    unsigned char *buffer;
    uint64_t bytes; /* that were looked at */
};

/* 0 or -errno; nothing is given back but by the end of the child's memory or fini. */
int ms_scan_memory_init(struct ms_scan_memory *memory, int pid, bool in_place);
void ms_scan_memory_fini(struct ms_scan_memory *memory);

/* The mapping with ADDRESS, NULL: none. */
const struct ms_mapping *ms_scan_memory_find(const struct ms_scan_memory *memory,
                                             uintptr_t address);

/* Calls VISIT with the words of START..END that can be read, aligned, in pieces. */
void ms_scan_memory_read(struct ms_scan_memory *memory, uintptr_t start, uintptr_t end,
                         void (*visit)(void *data, const uint64_t *words, size_t count),
                         void *data);

#endif
