/* SPDX-License-Identifier: MIT */
/*
 * identifier_index [-n TOP] [-m FILES] DIRECTORY...
 *
 * Reads every C header below the directories and tells which identifiers are used most, and where
 * each was seen first. See README.md for what memscope shows of it.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_cache.h"
#include "index.h"

enum { CACHE_BYTES = 4 * 1024 * 1024 };

/* Paths of the files in the index; a posting's `file` counts in it. */
static MEMSCOPE char **s_paths;
static size_t s_path_count;
static size_t s_path_capacity;

static void die(const char *what) {
    fprintf(stderr, "identifier_index: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void add_path(char *path) {
    if (s_path_count == s_path_capacity) {
        s_path_capacity = s_path_capacity ? s_path_capacity * 2 : 64;
        s_paths = realloc(s_paths, s_path_capacity * sizeof *s_paths);
        if (!s_paths)
            die("paths");
    }
    s_paths[s_path_count++] = path;
}

static int is_header(const char *name) {
    size_t length = strlen(name);
    return length > 2 && strcmp(name + length - 2, ".h") == 0;
}

/* In the order of names, so that two runs see the same files first. Links are not followed. */
static void walk(const char *directory, size_t max_files) {
    struct dirent **entries;
    int count = scandir(directory, &entries, NULL, alphasort);
    if (count < 0) {
        fprintf(stderr, "identifier_index: %s: %s\n", directory, strerror(errno));
        return;
    }
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        size_t size = strlen(directory) + strlen(name) + 2;
        struct stat status;
        char *path = malloc(size);
        if (!path)
            die(directory);
        snprintf(path, size, "%s/%s", directory, name);
        if (name[0] == '.' || lstat(path, &status) != 0) {
            free(path);
        } else if (S_ISREG(status.st_mode) && is_header(name) && s_path_count < max_files) {
            add_path(path);
        } else {
            if (S_ISDIR(status.st_mode) && s_path_count < max_files)
                walk(path, max_files);
            free(path);
        }
        free(entries[i]);
    }
    free(entries);
}

struct totals {
    uint64_t bytes;
    uint64_t lines;
    uint64_t occurrences;
};

static void index_files(struct index *index, struct file_cache *cache, struct totals *totals) {
    for (size_t i = 0; i < s_path_count; i++) {
        const struct cached_file *file = file_cache_read(cache, s_paths[i]);
        if (!file) {
            fprintf(stderr, "identifier_index: %s: %s\n", s_paths[i], strerror(errno));
            continue;
        }
        struct scanner scanner;
        struct identifier identifier;
        scanner_init(&scanner, file->text, file->size);
        while (scanner_next(&scanner, &identifier)) {
            if (!index_add(index, &identifier, (uint32_t)i, file->size))
                die(s_paths[i]);
            totals->occurrences++;
        }
        totals->bytes += file->size;
        totals->lines += scanner.line - 1;
    }
}

static int more_used_first(const void *left, const void *right) {
    const struct term *a = *(struct term *const *)left, *b = *(struct term *const *)right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return strcmp(a->name, b->name);
}

/* The line around OFFSET of PATH, without leading white space. The caller frees it. */
static char *make_excerpt(struct file_cache *cache, const char *path, uint64_t offset) {
    const struct cached_file *file = file_cache_read(cache, path);
    if (!file || offset >= file->size)
        return strdup("");
    size_t begin = offset, end = offset;
    while (begin > 0 && file->text[begin - 1] != '\n')
        begin--;
    while (end < file->size && file->text[end] != '\n')
        end++;
    while (begin < end && (file->text[begin] == ' ' || file->text[begin] == '\t'))
        begin++;
    return strndup(file->text + begin, end - begin);
}

static void print_top(const struct index *index, struct file_cache *cache, size_t top) {
    MEMSCOPE struct term **ranking = malloc((index->term_count + 1) * sizeof *ranking);
    if (!ranking)
        die("ranking");
    size_t count = 0;
    for (size_t i = 0; i < index->bucket_count; i++)
        for (struct term *term = index->buckets[i]; term; term = term->next_in_bucket)
            ranking[count++] = term;
    qsort(ranking, count, sizeof *ranking, more_used_first);
    printf("%10s %7s  %-24s %s\n", "uses", "files", "identifier", "first seen");
    for (size_t i = 0; i < count && i < top; i++) {
        const struct posting *first = ranking[i]->postings;
        while (first->next)
            first = first->next;
        const char *path = s_paths[first->file];
        /* Nobody frees the excerpts: the leak that memscope is to find by this name. */
        MEMSCOPE char *excerpt = make_excerpt(cache, path, first->offset);
        printf("%10llu %7u  %-24s %s at %.0f %%%s: %.60s\n", (unsigned long long)ranking[i]->count,
               ranking[i]->file_count, ranking[i]->name, path, first->depth * 100,
               first->kind == 'm' ? " (macro line)" : "", excerpt ? excerpt : "");
    }
    free(ranking);
}

static unsigned long number_of(const char *text) {
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (errno || *end || text[0] < '0' || text[0] > '9') {
        fprintf(stderr, "identifier_index: '%s' is not a number\n", text);
        exit(2);
    }
    return number;
}

int main(int argc, char **argv) {
    size_t top = 20, max_files = SIZE_MAX;
    int option;
    while ((option = getopt(argc, argv, "n:m:")) != -1) {
        if (option == 'n')
            top = number_of(optarg);
        else if (option == 'm')
            max_files = number_of(optarg);
        else
            return 2;
    }
    if (optind == argc) {
        fprintf(stderr, "usage: identifier_index [-n TOP] [-m FILES] DIRECTORY...\n");
        return 2;
    }
    for (int i = optind; i < argc; i++)
        walk(argv[i], max_files);

    struct index index;
    struct file_cache cache;
    struct totals totals = {0};
    if (!index_init(&index) || !file_cache_init(&cache, CACHE_BYTES))
        die("start");
    index_files(&index, &cache, &totals);
    printf("%zu files, %llu lines, %llu bytes: %zu identifiers used %llu times\n\n", s_path_count,
           (unsigned long long)totals.lines, (unsigned long long)totals.bytes, index.term_count,
           (unsigned long long)totals.occurrences);
    print_top(&index, &cache, top);
    printf("\nfile cache: %llu hits, %llu misses\n", (unsigned long long)cache.hits,
           (unsigned long long)cache.misses);

    file_cache_clear(&cache);
    index_clear(&index);
    for (size_t i = 0; i < s_path_count; i++)
        free(s_paths[i]);
    free(s_paths);
    return 0;
}
