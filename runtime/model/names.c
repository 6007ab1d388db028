/* SPDX-License-Identifier: MIT */
#include "model/names.h"

#include <stdlib.h>
#include <string.h>

#include "model/array.h"
#include "model/utf8.h"

void ms_names_fini(struct ms_names *names) {
    ms_index_fini(&names->by_hash);
    ms_index_fini(&names->by_offset);
    free(names->entries);
    names->entries = NULL;
}

/* FNV-1a. */
static uint64_t s_hash(const char *text) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

static bool s_grow(struct ms_names *names) {
    void *entries =
        ms_array_grow(names->entries, &names->capacity, names->count + 1, sizeof(*names->entries));
    if (entries != NULL)
        names->entries = entries;
    return entries != NULL;
}

enum ms_status ms_names_add(struct ms_names *names, const char *text, ms_name *name) {
    if (text == NULL) {
        *name = 0;
        return MS_OK;
    }
    const char *clean = ms_utf8_clean(names->arena, text);
    if (clean == NULL || !s_grow(names))
        return MS_NO_MEMORY;
    bool added;
    uint32_t *first = ms_index_put(&names->by_hash, s_hash(clean), 0, &added);
    if (first == NULL)
        return MS_NO_MEMORY;
    for (ms_name old = *first; old != 0; old = names->entries[old].next) {
        if (strcmp(names->entries[old].text, clean) == 0) {
            *name = old;
            return MS_OK;
        }
    }
    if (clean == text)
        clean = ms_arena_copy_text(names->arena, text, strlen(text));
    if (clean == NULL)
        return MS_NO_MEMORY;
    *name = ++names->count;
    names->entries[*name] = (struct ms_name_entry){clean, *first};
    *first = *name;
    return MS_OK;
}
