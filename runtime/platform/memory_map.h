/* SPDX-License-Identifier: MIT */
/*
 * The mappings of the process, out of /proc/self/maps. No malloc, no lock, no errno.
 */
#ifndef MS_PLATFORM_MEMORY_MAP_H
#define MS_PLATFORM_MEMORY_MAP_H

#include <stdbool.h>
#include <stdint.h>

enum ms_mapping_kind {
    MS_MAPPING_ANONYMOUS,
    MS_MAPPING_FILE,  /* of a regular file, as its path looks */
    MS_MAPPING_HEAP,  /* what brk() has given */
    MS_MAPPING_STACK, /* of the main thread */
    MS_MAPPING_OTHER, /* of a device or of the kernel */
};

struct ms_mapping {
    uintptr_t start, end;
    uint64_t inode;
    uint32_t device; /* a hash of it */
    uint8_t kind;    /* enum ms_mapping_kind */
    bool is_readable, is_writable, is_shared;
};

/* Calls VISIT with each mapping, lowest first, until it returns false. 0 or -errno. */
int ms_memory_map_read(bool (*visit)(void *data, const struct ms_mapping *mapping), void *data);

/* One line of the file, without its newline; false: it is none. */
bool ms_memory_map_parse(const char *line, struct ms_mapping *mapping);

#endif
