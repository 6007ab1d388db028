/* SPDX-License-Identifier: MIT */
/* Numbers for what rows are told apart by: equal lists of values have equal numbers. Internal to
 * merge; not thread-safe. Out of memory is kept in `failed` and gives 0. */
#ifndef MS_COMPARE_MERGE_KEYS_H
#define MS_COMPARE_MERGE_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/arena.h"
#include "model/index.h"
#include "model/names.h"

/* A zeroed struct but for names.arena is empty. */
struct ms_keys {
    struct ms_names names;
    struct ms_index numbers; /* 64-bit number -> number of it */
    struct ms_index lists;   /* list so far, next value -> list */
    uint32_t list_count;
    bool failed;
};

void ms_keys_fini(struct ms_keys *keys);

/* The number of TEXT, and the text as it is kept; NULL is 0. */
uint32_t ms_keys_text(struct ms_keys *keys, const char *text);
const char *ms_keys_keep(struct ms_keys *keys, const char *text);

uint32_t ms_keys_number(struct ms_keys *keys, uint64_t number);

/* The number of LIST with VALUE behind it; the empty list is 0. */
uint32_t ms_keys_append(struct ms_keys *keys, uint32_t list, uint32_t value);

#endif
