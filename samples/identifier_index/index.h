/* SPDX-License-Identifier: MIT */
/* Identifiers and where they are: a hash table of terms, each with one posting a file. */
#ifndef INDEX_H
#define INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <memscope.h>

#include "scanner.h"
#include "string_pool.h"

/* One identifier in one file. The members stand in the order in which somebody thought of them,
 * which costs eight bytes a posting; `memscope types` shows the holes. */
struct posting {
    char kind;       /* 'm': first seen on a preprocessor line, 'c': in code */
    double depth;    /* where in the file that is, 0 to 1 */
    char initial;    /* first letter, to look at one letter without the term */
    uint64_t offset; /* of the first occurrence */
    uint32_t file;
    uint32_t count;
    struct posting *next;
};

struct term {
    const char *name;
    uint64_t count;
    uint32_t file_count;
    uint32_t length;
    MEMSCOPE struct posting *postings; /* newest file first */
    struct term *next_in_bucket;
};

struct index {
    MEMSCOPE struct term **buckets;
    size_t bucket_count;
    size_t term_count;
    struct string_pool names;
};

/* False when out of memory. */
bool index_init(struct index *index);
void index_clear(struct index *index);

/* Counts one occurrence of IDENTIFIER in FILE., which is FILE_SIZE bytes. Files must come one
 * after the other. */
bool index_add(struct index *index, const struct identifier *identifier, uint32_t file,
               size_t file_size);

#endif
