/* SPDX-License-Identifier: MIT */
/* A block that a function hands on untyped is typed by the one who takes it. */
#include <stdlib.h>
#include <string.h>

struct node {
    struct node *next;
    long value[4];
};
struct header {
    size_t size;
    struct header *next;
};

/* no site */
void *plain(size_t n) {
    return malloc(n);
}

/* no site */
void *checked(size_t n) {
    void *p = malloc(n);
    if (p == NULL)
        abort();
    return p;
}

/* no site: the size is written in front of the block */
void *with_size(size_t n) {
    void *ptr = malloc(n + sizeof(size_t));
    if (!ptr)
        return NULL;
    *((size_t *)ptr) = n;
    return (char *)ptr + sizeof(size_t);
}

/* no site: a typed header, but the block is the caller's */
void *with_header(size_t n) {
    struct header *header = malloc(sizeof *header + n);
    header->size = n;
    return header + 1;
}

/* no site: bytes */
void *zeroed(size_t n) {
    char *p = malloc(n);
    for (size_t i = 0; i < n; i++)
        p[i] = 0;
    return p;
}

/* no site */
static inline void *inlined(size_t n, size_t *usable) {
    void *p = malloc(n);
    *usable = n;
    return p;
}

/* no site: the caller's again */
void *again(void *old, size_t n) {
    void *p = realloc(old, n);
    if (p == NULL) {
        free(old);
        p = calloc(n, 2);
    }
    return p;
}

/* a site: an object of just this type, behind a void pointer */
void *make_opaque(void) {
    struct header *header = calloc(1, sizeof *header);
    header->size = 1;
    return header;
}

/* a site: returned typed */
struct node *make_node(void) {
    return checked(sizeof(struct node));
}

/* sites: each by its caller */
void callers(struct node *out[4]) {
    size_t usable;
    out[0] = plain(sizeof(struct node));
    struct node *n = checked(sizeof *n);
    out[1] = n;
    n = inlined(sizeof *n, &usable);
    out[2] = n;
    out[3] = again(out[3], 2 * sizeof *n);
}

/* no sites: typed inside, and not typed at all */
void nothing(void *untyped[2]) {
    untyped[0] = make_node();
    untyped[1] = plain(3);
    void *kept = plain(4);
    memset(kept, 0, 4);
    free(kept);
}

/* no site: handed on through a function that gives back what it gets */
void *cleared(size_t n) {
    return memset(malloc(n), 0, n);
}
