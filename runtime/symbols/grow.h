/* SPDX-License-Identifier: MIT */
/* Room for one more item in an array that is grown by doubling and freed with free(). */
#ifndef MS_SYMBOLS_GROW_H
#define MS_SYMBOLS_GROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* ITEMS points to the array's pointer. False when out of memory; the array is as it was then. */
static inline bool ms_grow_room(void *items, size_t count, size_t *capacity, size_t item_size) {
    if (count < *capacity)
        return true;
    size_t wanted = *capacity == 0 ? 16 : *capacity * 2;
    if (wanted <= *capacity || wanted > SIZE_MAX / item_size)
        return false;
    void **array = items;
    void *bigger = realloc(*array, wanted * item_size);
    if (bigger == NULL)
        return false;
    *array = bigger;
    *capacity = wanted;
    return true;
}

#endif
