/* SPDX-License-Identifier: MIT */
/*
 * Memory that is freed all at once: names, paths, notes and layouts that live as long as the
 * resolver or the module they came from. Everything returns NULL when out of memory.
 */
#ifndef MS_SYMBOLS_TEXT_POOL_H
#define MS_SYMBOLS_TEXT_POOL_H

#include <stdarg.h>
#include <stddef.h>

struct ms_pool_block;

struct ms_pool {
    struct ms_pool_block *blocks; /* newest first */
    char *at;                     /* free bytes of the newest block */
    size_t left;
};

void ms_pool_fini(struct ms_pool *pool);

/* SIZE zero bytes, aligned for any object. */
void *ms_pool_alloc(struct ms_pool *pool, size_t size);

char *ms_pool_copy(struct ms_pool *pool, const char *text, size_t length);

/* FIRST, BETWEEN and LAST as one string. */
char *ms_pool_join(struct ms_pool *pool, const char *first, const char *between, const char *last);

char *ms_pool_print(struct ms_pool *pool, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
