/* SPDX-License-Identifier: MIT */
#include "index.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BUCKETS = 1024 };

bool index_init(struct index *index) {
    *index = (struct index){.bucket_count = FIRST_BUCKETS};
    index->buckets = calloc(FIRST_BUCKETS, sizeof *index->buckets);
    return index->buckets != NULL;
}

void index_clear(struct index *index) {
    for (size_t i = 0; i < index->bucket_count; i++) {
        while (index->buckets[i]) {
            struct term *term = index->buckets[i];
            index->buckets[i] = term->next_in_bucket;
            while (term->postings) {
                struct posting *posting = term->postings;
                term->postings = posting->next;
                free(posting);
            }
            free(term);
        }
    }
    free(index->buckets);
    index->buckets = NULL;
    string_pool_clear(&index->names);
}

static uint64_t hash_of(const char *text, size_t length) {
    uint64_t hash = 1469598103934665603u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
    return hash;
}

/* Twice the buckets. When there is no memory for them the chains only get longer. */
static void grow(struct index *index) {
    size_t count = index->bucket_count * 2;
    struct term **buckets = calloc(count, sizeof *buckets);
    if (!buckets)
        return;
    for (size_t i = 0; i < index->bucket_count; i++) {
        while (index->buckets[i]) {
            struct term *term = index->buckets[i];
            index->buckets[i] = term->next_in_bucket;
            struct term **bucket = &buckets[hash_of(term->name, term->length) % count];
            term->next_in_bucket = *bucket;
            *bucket = term;
        }
    }
    free(index->buckets);
    index->buckets = buckets;
    index->bucket_count = count;
}

static struct term *find_or_add(struct index *index, const char *text, size_t length) {
    uint64_t hash = hash_of(text, length);
    for (struct term *term = index->buckets[hash % index->bucket_count]; term;
         term = term->next_in_bucket)
        if (term->length == length && memcmp(term->name, text, length) == 0)
            return term;
    if (index->term_count >= index->bucket_count)
        grow(index);
    struct term *term = malloc(sizeof *term);
    const char *name = term ? string_pool_add(&index->names, text, length) : NULL;
    if (!name) {
        free(term);
        return NULL;
    }
    struct term **bucket = &index->buckets[hash % index->bucket_count];
    *term = (struct term){.name = name, .length = (uint32_t)length, .next_in_bucket = *bucket};
    *bucket = term;
    index->term_count++;
    return term;
}

bool index_add(struct index *index, const struct identifier *identifier, uint32_t file,
               size_t file_size) {
    struct term *term = find_or_add(index, identifier->text, identifier->length);
    if (!term)
        return false;
    term->count++;
    if (term->postings && term->postings->file == file) {
        term->postings->count++;
        return true;
    }
    struct posting *posting = malloc(sizeof *posting);
    if (!posting)
        return false;
    *posting = (struct posting){.kind = identifier->in_directive ? 'm' : 'c',
                                .depth = (double)identifier->offset / (double)file_size,
                                .initial = identifier->text[0],
                                .offset = identifier->offset,
                                .file = file,
                                .count = 1,
                                .next = term->postings};
    term->postings = posting;
    term->file_count++;
    return true;
}
