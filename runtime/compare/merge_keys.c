/* SPDX-License-Identifier: MIT */
#include "compare/merge_keys.h"

void ms_keys_fini(struct ms_keys *keys) {
    ms_names_fini(&keys->names);
    ms_index_fini(&keys->numbers);
    ms_index_fini(&keys->lists);
}

uint32_t ms_keys_text(struct ms_keys *keys, const char *text) {
    ms_name name = 0;
    if (ms_names_add(&keys->names, text, &name) != MS_OK)
        keys->failed = true;
    return name;
}

const char *ms_keys_keep(struct ms_keys *keys, const char *text) {
    return ms_names_text(&keys->names, ms_keys_text(keys, text));
}

static uint32_t s_put(struct ms_keys *keys, struct ms_index *index, uint64_t key, uint32_t next,
                      bool *added) {
    const uint32_t *number = ms_index_put(index, key, next, added);
    if (number == NULL || next == UINT32_MAX)
        keys->failed = true;
    return number != NULL ? *number : 0;
}

uint32_t ms_keys_number(struct ms_keys *keys, uint64_t number) {
    return s_put(keys, &keys->numbers, number, (uint32_t)keys->numbers.count + 1, NULL);
}

uint32_t ms_keys_append(struct ms_keys *keys, uint32_t list, uint32_t value) {
    bool added = false;
    uint32_t longer =
        s_put(keys, &keys->lists, ms_index_pair(list, value), keys->list_count + 1, &added);
    keys->list_count += added;
    return longer;
}
