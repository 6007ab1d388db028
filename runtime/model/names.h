/* SPDX-License-Identifier: MIT */
/*
 * The strings of a report: valid UTF-8, each text once, so that equal texts have equal numbers and
 * equal addresses. Not thread-safe.
 */
#ifndef MS_MODEL_NAMES_H
#define MS_MODEL_NAMES_H

#include <stdint.h>

#include "base/status.h"
#include "model/arena.h"
#include "model/index.h"

/* Number of a string: 0 is "none" (NULL), others count up from 1. */
typedef uint32_t ms_name;

struct ms_name_entry {
    const char *text;
    ms_name next; /* with the same hash */
};

/* A zeroed struct but for ARENA, which keeps the texts, has no names. */
struct ms_names {
    struct ms_arena *arena;
    struct ms_index by_hash;       /* hash of the text -> first name */
    struct ms_index by_offset;     /* offset in the journal's string table -> name */
    struct ms_name_entry *entries; /* by number; owned */
    uint32_t count;
    uint32_t capacity;
};

void ms_names_fini(struct ms_names *names);

/* The number of TEXT, any bytes; NULL has 0. MS_NO_MEMORY or MS_OK. */
enum ms_status ms_names_add(struct ms_names *names, const char *text, ms_name *name);

static inline const char *ms_names_text(const struct ms_names *names, ms_name name) {
    return name != 0 ? names->entries[name].text : NULL;
}

#endif
