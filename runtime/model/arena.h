/* SPDX-License-Identifier: MIT */
/*
 * Memory that is given back all at once: everything a report points to. Zeroed, aligned for any
 * type. Not thread-safe.
 */
#ifndef MS_MODEL_ARENA_H
#define MS_MODEL_ARENA_H

#include <stddef.h>

struct ms_arena_chunk;

struct ms_arena {
    struct ms_arena_chunk *chunks; /* newest first; what is free is in the first one */
};

/* A zeroed struct is an empty arena. */
void ms_arena_fini(struct ms_arena *arena);

/* SIZE zeroed bytes, or COUNT elements of SIZE bytes; never NULL for 0 of them. NULL when out of
 * memory. */
void *ms_arena_alloc(struct ms_arena *arena, size_t size);
void *ms_arena_array(struct ms_arena *arena, size_t count, size_t size);

/* A copy of LENGTH bytes of TEXT with a NUL behind it. */
char *ms_arena_copy_text(struct ms_arena *arena, const char *text, size_t length);

/* As asprintf. */
__attribute__((format(printf, 2, 3))) char *ms_arena_format(struct ms_arena *arena,
                                                            const char *format, ...);

#endif
