/* SPDX-License-Identifier: MIT */
#include "symbols/address_ranges.h"

#include <stdlib.h>

#include "symbols/grow.h"

/* A list of ranges can be named by any number of DIEs of a damaged file. */
#define RANGE_LIMIT (1u << 22)
/* Ranges of one kind do not overlap but in damaged files; there a search gives up. */
#define OVERLAP_LIMIT 256

void ms_ranges_fini(struct ms_ranges *ranges) {
    free(ranges->items);
    *ranges = (struct ms_ranges){0};
}

bool ms_ranges_add(struct ms_ranges *ranges, uint64_t low, uint64_t high, uint32_t owner) {
    if (low == 0 || high <= low)
        return true;
    if (ranges->count >= RANGE_LIMIT ||
        !ms_grow_room(&ranges->items, ranges->count, &ranges->capacity, sizeof(*ranges->items)))
        return false;
    ranges->items[ranges->count++] = (struct ms_range){low, high, high, owner};
    return true;
}

static int s_compare(const void *a, const void *b) {
    const struct ms_range *x = a, *y = b;
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    if (x->high != y->high) /* the narrowest last: found first */
        return x->high > y->high ? -1 : 1;
    return x->owner < y->owner ? -1 : x->owner > y->owner;
}

void ms_ranges_sort(struct ms_ranges *ranges) {
    if (ranges->count == 0)
        return;
    qsort(ranges->items, ranges->count, sizeof(*ranges->items), s_compare);
    uint64_t reach = 0;
    for (size_t i = 0; i < ranges->count; i++) {
        if (ranges->items[i].high > reach)
            reach = ranges->items[i].high;
        ranges->items[i].reach = reach;
    }
}

uint32_t ms_ranges_find(const struct ms_ranges *ranges, uint64_t address) {
    size_t from = 0, to = ranges->count; /* items before FROM start at or before ADDRESS */
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (ranges->items[middle].low <= address)
            from = middle + 1;
        else
            to = middle;
    }
    for (int steps = 0; from > 0 && steps < OVERLAP_LIMIT; steps++) {
        const struct ms_range *range = &ranges->items[--from];
        if (range->reach <= address)
            break;
        if (range->high > address)
            return range->owner;
    }
    return MS_RANGE_NONE;
}
