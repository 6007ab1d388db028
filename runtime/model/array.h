/* SPDX-License-Identifier: MIT */
/* Arrays that grow by doubling. */
#ifndef MS_MODEL_ARRAY_H
#define MS_MODEL_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Makes room in ARRAY (malloc'ed or NULL, elements of SIZE bytes, *CAPACITY of them) for one more
 * than COUNT. Returns the array, moved perhaps; NULL when out of memory, and ARRAY is as it was. */
static inline void *ms_array_grow(void *array, uint32_t *capacity, uint32_t count, size_t size) {
    if (count < *capacity)
        return array;
    if (*capacity > UINT32_MAX / 4)
        return NULL;
    uint32_t larger = *capacity == 0 ? 64 : *capacity * 2;
    void *moved = realloc(array, larger * size);
    if (moved != NULL)
        *capacity = larger;
    return moved;
}

#endif
