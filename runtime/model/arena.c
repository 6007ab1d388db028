/* SPDX-License-Identifier: MIT */
#include "model/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES ((size_t)65536)
#define ALIGNMENT   _Alignof(max_align_t)

struct ms_arena_chunk {
    struct ms_arena_chunk *next;
    size_t used;
    size_t size;
    _Alignas(max_align_t) unsigned char bytes[];
};

void ms_arena_fini(struct ms_arena *arena) {
    struct ms_arena_chunk *chunk = arena->chunks;
    while (chunk != NULL) {
        struct ms_arena_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    arena->chunks = NULL;
}

static struct ms_arena_chunk *s_new_chunk(size_t size) {
    /* calloc: pages fresh from the system are zero already. */
    struct ms_arena_chunk *chunk = calloc(1, sizeof(*chunk) + size);
    if (chunk != NULL)
        chunk->size = size;
    return chunk;
}

void *ms_arena_alloc(struct ms_arena *arena, size_t size) {
    if (size > PTRDIFF_MAX - CHUNK_BYTES)
        return NULL;
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct ms_arena_chunk *first = arena->chunks;
    if (first == NULL || size > first->size - first->used) {
        struct ms_arena_chunk *chunk = s_new_chunk(size > CHUNK_BYTES / 4 ? size : CHUNK_BYTES);
        if (chunk == NULL)
            return NULL;
        /* One made for a large piece is full at once: it goes behind the one that is being filled.
         */
        if (first != NULL && size > CHUNK_BYTES / 4) {
            chunk->next = first->next;
            first->next = chunk;
        } else {
            chunk->next = first;
            arena->chunks = chunk;
        }
        first = chunk;
    }
    void *piece = first->bytes + first->used;
    first->used += size;
    return piece;
}

void *ms_arena_array(struct ms_arena *arena, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return ms_arena_alloc(arena, bytes);
}

char *ms_arena_copy_text(struct ms_arena *arena, const char *text, size_t length) {
    char *copy = ms_arena_alloc(arena, length + 1);
    if (copy != NULL)
        memcpy(copy, text, length);
    return copy;
}

char *ms_arena_format(struct ms_arena *arena, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length >= 0 ? ms_arena_alloc(arena, (size_t)length + 1) : NULL;
    if (text == NULL)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}
