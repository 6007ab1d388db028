/* SPDX-License-Identifier: MIT */
/* A map from 64-bit keys (not 0) to 32-bit values in private pages, for the slow paths of the
 * store. Synchronization: store lock. */
#ifndef MS_STORE_MAP_H
#define MS_STORE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ms_map_entry {
    uint64_t key; /* 0: empty */
    uint32_t value;
    uint32_t zero;
};

struct ms_map {
    struct ms_map_entry *entries;
    size_t capacity; /* 0, or a power of two, at most 3/4 in use */
    size_t count;
};

/* The value of KEY, 0 when it is not there. */
uint32_t ms_map_find(const struct ms_map *map, uint64_t key);

/* Sets KEY. False: no memory, and nothing changed. */
bool ms_map_set(struct ms_map *map, uint64_t key, uint32_t value);

/* Gives its memory back: it is empty. */
void ms_map_fini(struct ms_map *map);

#endif
