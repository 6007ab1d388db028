/* SPDX-License-Identifier: MIT */
#include "store/map.h"

#include "platform/os.h"

/* Fibonacci hashing: keys may be addresses as well as hashes. */
static size_t s_start(uint64_t key, size_t capacity) {
    return (size_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 20) & (capacity - 1);
}

static struct ms_map_entry *s_slot(struct ms_map_entry *entries, size_t capacity, uint64_t key) {
    size_t i = s_start(key, capacity);
    while (entries[i].key != 0 && entries[i].key != key)
        i = (i + 1) & (capacity - 1);
    return &entries[i];
}

uint32_t ms_map_find(const struct ms_map *map, uint64_t key) {
    return map->capacity != 0 ? s_slot(map->entries, map->capacity, key)->value : 0;
}

static bool s_grow(struct ms_map *map) {
    size_t capacity = map->capacity != 0 ? map->capacity * 2 : 1024;
    struct ms_map_entry *entries = ms_os_map_pages(capacity * sizeof(*entries));
    if (entries == NULL)
        return false;
    for (size_t i = 0; i < map->capacity; i++) {
        if (map->entries[i].key != 0)
            *s_slot(entries, capacity, map->entries[i].key) = map->entries[i];
    }
    if (map->capacity != 0)
        ms_os_unmap(map->entries, map->capacity * sizeof(*entries));
    map->entries = entries;
    map->capacity = capacity;
    return true;
}

bool ms_map_set(struct ms_map *map, uint64_t key, uint32_t value) {
    if ((map->count + 1) * 4 > map->capacity * 3 && !s_grow(map))
        return false;
    struct ms_map_entry *entry = s_slot(map->entries, map->capacity, key);
    if (entry->key == 0) {
        entry->key = key;
        map->count++;
    }
    entry->value = value;
    return true;
}

void ms_map_fini(struct ms_map *map) {
    if (map->capacity != 0)
        ms_os_unmap(map->entries, map->capacity * sizeof(*map->entries));
    *map = (struct ms_map){NULL, 0, 0};
}
