/* SPDX-License-Identifier: MIT */
/*
 * A hash table from a 64-bit key to a 32-bit value. A key is there once; a value once set stays.
 * For names, the caller takes ms_key_text() as the key and compares the names itself.
 */
#ifndef MS_SYMBOLS_KEY_TABLE_H
#define MS_SYMBOLS_KEY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MS_KEY_NONE UINT32_MAX

struct ms_key_slot {
    uint64_t key;
    uint32_t value; /* MS_KEY_NONE: the slot is free */
};

struct ms_key_table {
    struct ms_key_slot *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;    /* at most three quarters of capacity */
};

void ms_key_fini(struct ms_key_table *table);

/* The value of KEY, or MS_KEY_NONE. */
uint32_t ms_key_find(const struct ms_key_table *table, uint64_t key);

/* Sets VALUE for KEY if KEY is not there; false: it is there, or out of memory. */
bool ms_key_add(struct ms_key_table *table, uint64_t key, uint32_t value);

uint64_t ms_key_text(const char *text, uint64_t seed);

#endif
