/* SPDX-License-Identifier: MIT */
/* Address ranges and who owns them: units of a module, functions of a unit. */
#ifndef MS_SYMBOLS_ADDRESS_RANGES_H
#define MS_SYMBOLS_ADDRESS_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MS_RANGE_NONE UINT32_MAX

struct ms_range {
    uint64_t low, high; /* low < high; high is the first address behind it */
    uint64_t reach;     /* once sorted: the largest high of this range and those before it */
    uint32_t owner;
};

struct ms_ranges {
    struct ms_range *items;
    size_t count, capacity;
};

void ms_ranges_fini(struct ms_ranges *ranges);

/* Empty ranges, and those at 0 (linkers put dropped code there), are left out: true. False: out of
 * memory, or more ranges than any sane file has. */
bool ms_ranges_add(struct ms_ranges *ranges, uint64_t low, uint64_t high, uint32_t owner);

void ms_ranges_sort(struct ms_ranges *ranges);

/* The owner of the range with the highest low that has ADDRESS, or MS_RANGE_NONE. RANGES is
 * sorted. */
uint32_t ms_ranges_find(const struct ms_ranges *ranges, uint64_t address);

#endif
