/* SPDX-License-Identifier: MIT */
#include "symbols/key_table.h"

#include <stdlib.h>

void ms_key_fini(struct ms_key_table *table) {
    free(table->slots);
    *table = (struct ms_key_table){0};
}

static uint64_t s_mix(uint64_t key) {
    key = (key ^ (key >> 32)) * UINT64_C(0xff51afd7ed558ccd);
    return key ^ (key >> 29);
}

/* The slot of KEY, or the free one where it belongs. The table is never full. */
static struct ms_key_slot *s_slot(const struct ms_key_table *table, uint64_t key) {
    size_t mask = table->capacity - 1;
    size_t i = (size_t)s_mix(key) & mask;
    while (table->slots[i].value != MS_KEY_NONE && table->slots[i].key != key)
        i = (i + 1) & mask;
    return &table->slots[i];
}

static bool s_grow(struct ms_key_table *table) {
    size_t capacity = table->capacity == 0 ? 256 : table->capacity * 2;
    struct ms_key_table bigger = {calloc(capacity, sizeof(struct ms_key_slot)), capacity, 0};
    if (bigger.slots == NULL)
        return false;
    for (size_t i = 0; i < capacity; i++)
        bigger.slots[i].value = MS_KEY_NONE;
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->slots[i].value != MS_KEY_NONE)
            *s_slot(&bigger, table->slots[i].key) = table->slots[i];
    }
    bigger.count = table->count;
    free(table->slots);
    *table = bigger;
    return true;
}

uint32_t ms_key_find(const struct ms_key_table *table, uint64_t key) {
    return table->capacity == 0 ? MS_KEY_NONE : s_slot(table, key)->value;
}

bool ms_key_add(struct ms_key_table *table, uint64_t key, uint32_t value) {
    if (table->count >= table->capacity / 4 * 3 && !s_grow(table))
        return false;
    struct ms_key_slot *slot = s_slot(table, key);
    if (slot->value != MS_KEY_NONE)
        return false;
    *slot = (struct ms_key_slot){key, value};
    table->count++;
    return true;
}

/* FNV-1a. */
uint64_t ms_key_text(const char *text, uint64_t seed) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ seed;
    for (; *text != 0; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}
