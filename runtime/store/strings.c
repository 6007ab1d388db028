/* SPDX-License-Identifier: MIT */
#include "store/strings.h"

#include <string.h>

#include "store/map.h"
#include "store/store.h"

#define STRING_LIMIT 4095

static struct ms_map s_offsets; /* hash of the text -> offset */

/* FNV-1a, 64 bits, by Fowler, Noll and Vo. */
static uint64_t s_hash(const char *text, size_t length) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return hash != 0 ? hash : 1;
}

uint32_t ms_strings_intern(const char *text) {
    if (text == NULL)
        return 0;
    size_t length = strnlen(text, STRING_LIMIT);
    uint64_t hash = s_hash(text, length);
    uint32_t known = ms_map_find(&s_offsets, hash);
    if (known != 0) {
        const char *at = ms_store_at(MS_TABLE_STRINGS, known);
        if (strncmp(at, text, length) == 0 && at[length] == 0)
            return known;
    }
    uint64_t offset;
    char *at = ms_store_append(MS_TABLE_STRINGS, length + 1, &offset);
    if (at == NULL)
        return 0;
    memcpy(at, text, length); /* the NUL is there already: tables start as zeros */
    if (known == 0)
        ms_map_set(&s_offsets, hash, (uint32_t)offset);
    return (uint32_t)offset;
}
