/* SPDX-License-Identifier: MIT */
#include "file_cache.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKET_COUNT = 1024 };

int file_cache_init(struct file_cache *cache, size_t limit) {
    *cache = (struct file_cache){.bucket_count = BUCKET_COUNT, .limit = limit};
    cache->buckets = calloc(BUCKET_COUNT, sizeof *cache->buckets);
    return cache->buckets != NULL;
}

static struct cached_file **bucket_of(struct file_cache *cache, const char *path) {
    uint64_t hash = 1469598103934665603u; /* FNV-1a */
    for (const char *c = path; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    return &cache->buckets[hash % cache->bucket_count];
}

static void unlink_use(struct file_cache *cache, struct cached_file *file) {
    *(file->newer ? &file->newer->older : &cache->newest) = file->older;
    *(file->older ? &file->older->newer : &cache->oldest) = file->newer;
}

static void link_newest(struct file_cache *cache, struct cached_file *file) {
    file->newer = NULL;
    file->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = file;
    cache->newest = file;
}

static void drop_oldest(struct file_cache *cache) {
    struct cached_file *file = cache->oldest;
    struct cached_file **link = bucket_of(cache, file->path);
    while (*link != file)
        link = &(*link)->next_in_bucket;
    *link = file->next_in_bucket;
    unlink_use(cache, file);
    cache->bytes -= file->size;
    free(file->text);
    free(file);
}

void file_cache_clear(struct file_cache *cache) {
    while (cache->oldest)
        drop_oldest(cache);
    free(cache->buckets);
    cache->buckets = NULL;
}

/* The whole file, growing as it is read; the size is not asked for because it may change. */
static char *read_text(const char *path, size_t *size) {
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return NULL;
    size_t capacity = 8192, used = 0;
    MEMSCOPE char *text = malloc(capacity);
    while (text) {
        used += fread(text + used, 1, capacity - used, stream);
        if (used < capacity)
            break;
        char *larger = realloc(text, capacity * 2);
        if (!larger) {
            free(text);
            errno = ENOMEM;
        }
        text = larger;
        capacity *= 2;
    }
    if (text && ferror(stream)) {
        free(text);
        text = NULL;
        errno = EIO;
    }
    fclose(stream);
    *size = used;
    return text;
}

static void keep(struct file_cache *cache, MEMSCOPE struct cached_file *entry) {
    struct cached_file **bucket = bucket_of(cache, entry->path);
    entry->next_in_bucket = *bucket;
    *bucket = entry;
    link_newest(cache, entry);
    cache->bytes += entry->size;
    while (cache->bytes > cache->limit && cache->oldest != entry)
        drop_oldest(cache);
}

const struct cached_file *file_cache_read(struct file_cache *cache, const char *path) {
    for (struct cached_file *file = *bucket_of(cache, path); file; file = file->next_in_bucket) {
        if (strcmp(file->path, path) == 0) {
            cache->hits++;
            unlink_use(cache, file);
            link_newest(cache, file);
            return file;
        }
    }
    cache->misses++;
    size_t size = 0;
    char *text = read_text(path, &size);
    if (!text)
        return NULL;
    struct cached_file *file = malloc(sizeof *file);
    if (!file) {
        free(text);
        errno = ENOMEM;
        return NULL;
    }
    *file = (struct cached_file){.path = path, .text = text, .size = size};
    keep(cache, file);
    return file;
}
