/* SPDX-License-Identifier: MIT */
#include "symbols/text_pool.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 65536u
#define ALIGNMENT   16u

struct ms_pool_block {
    struct ms_pool_block *next;
    _Alignas(ALIGNMENT) char bytes[];
};

void ms_pool_fini(struct ms_pool *pool) {
    for (struct ms_pool_block *block = pool->blocks; block != NULL;) {
        struct ms_pool_block *next = block->next;
        free(block);
        block = next;
    }
    *pool = (struct ms_pool){0};
}

/* SIZE bytes at the start of a new block, which becomes the one that small pieces are cut from if
 * more of it is left than of the present one. */
static char *s_new_block(struct ms_pool *pool, size_t size) {
    size_t capacity = size > BLOCK_BYTES / 4 ? size : BLOCK_BYTES;
    if (capacity > SIZE_MAX - sizeof(struct ms_pool_block))
        return NULL;
    struct ms_pool_block *block = calloc(1, sizeof(*block) + capacity);
    if (block == NULL)
        return NULL;
    block->next = pool->blocks;
    pool->blocks = block;
    if (capacity - size > pool->left) {
        pool->at = block->bytes + size;
        pool->left = capacity - size;
    }
    return block->bytes;
}

void *ms_pool_alloc(struct ms_pool *pool, size_t size) {
    if (size > SIZE_MAX - ALIGNMENT)
        return NULL;
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (size > pool->left)
        return s_new_block(pool, size);
    char *at = pool->at;
    pool->at += size;
    pool->left -= size;
    return at;
}

char *ms_pool_copy(struct ms_pool *pool, const char *text, size_t length) {
    char *copy = length < SIZE_MAX ? ms_pool_alloc(pool, length + 1) : NULL;
    if (copy != NULL)
        memcpy(copy, text, length);
    return copy;
}

char *ms_pool_join(struct ms_pool *pool, const char *first, const char *between, const char *last) {
    size_t a = strlen(first), b = strlen(between), c = strlen(last);
    char *text = ms_pool_alloc(pool, a + b + c + 1);
    if (text == NULL)
        return NULL;
    memcpy(text, first, a);
    memcpy(text + a, between, b);
    memcpy(text + a + b, last, c);
    return text;
}

char *ms_pool_print(struct ms_pool *pool, const char *format, ...) {
    va_list list;
    va_start(list, format);
    int length = vsnprintf(NULL, 0, format, list);
    va_end(list);
    char *text = length >= 0 ? ms_pool_alloc(pool, (size_t)length + 1) : NULL;
    if (text == NULL)
        return NULL;
    va_start(list, format);
    vsnprintf(text, (size_t)length + 1, format, list);
    va_end(list);
    return text;
}
