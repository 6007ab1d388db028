/* SPDX-License-Identifier: MIT */
#include "string_pool.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 64 * 1024 };

const char *string_pool_add(struct string_pool *pool, const char *text, size_t length) {
    struct pool_chunk *chunk = pool->newest;
    if (!chunk || chunk->size - chunk->used < length + 1) {
        size_t size = length + 1 > CHUNK_BYTES ? length + 1 : CHUNK_BYTES;
        chunk = malloc(sizeof(struct pool_chunk) + size);
        if (!chunk)
            return NULL;
        chunk->older = pool->newest;
        chunk->used = 0;
        chunk->size = size;
        pool->newest = chunk;
    }
    char *copy = chunk->bytes + chunk->used;
    memcpy(copy, text, length);
    copy[length] = '\0';
    chunk->used += length + 1;
    return copy;
}

void string_pool_clear(struct string_pool *pool) {
    while (pool->newest) {
        struct pool_chunk *chunk = pool->newest;
        pool->newest = chunk->older;
        free(chunk);
    }
}
