/* SPDX-License-Identifier: MIT */
/* Contents of files, of which the least recently used are dropped when they grow over a limit. */
#ifndef FILE_CACHE_H
#define FILE_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include <memscope.h>

struct cached_file {
    const char *path; /* the caller's */
    char *text;
    size_t size;
    struct cached_file *next_in_bucket;
    struct cached_file *newer;
    struct cached_file *older;
};

struct file_cache {
    MEMSCOPE struct cached_file **buckets;
    size_t bucket_count;
    struct cached_file *newest;
    struct cached_file *oldest;
    size_t bytes;
    size_t limit;
    uint64_t hits;
    uint64_t misses;
};

/* False when out of memory. */
int file_cache_init(struct file_cache *cache, size_t limit);
void file_cache_clear(struct file_cache *cache);

/* The contents of PATH, which must live as long as the cache; NULL with errno when it cannot be
 * read. The result holds until the next call. */
const struct cached_file *file_cache_read(struct file_cache *cache, const char *path);

#endif
