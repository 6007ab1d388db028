/* SPDX-License-Identifier: MIT */
/* Keeps many short strings in few blocks. Strings live as long as the pool. */
#ifndef STRING_POOL_H
#define STRING_POOL_H

#include <stddef.h>

#include <memscope.h>

struct pool_chunk {
    struct pool_chunk *older;
    size_t used;
    size_t size;
    char bytes[];
};

struct string_pool {
    MEMSCOPE_LABEL("strings") struct pool_chunk *newest;
};

/* A NUL-terminated copy of TEXT[0..LENGTH); NULL when out of memory. */
const char *string_pool_add(struct string_pool *pool, const char *text, size_t length);
void string_pool_clear(struct string_pool *pool);

#endif
