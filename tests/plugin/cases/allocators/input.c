/* SPDX-License-Identifier: MIT */
/* Allocators that GCC's attributes tell of, with track=all. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct node {
    struct node *next;
    long value[4];
};
struct pool;

void pool_free(struct pool *pool, void *block);
__attribute__((malloc, malloc(pool_free, 2), alloc_size(2))) void *pool_alloc(struct pool *pool,
                                                                              size_t size);
__attribute__((alloc_size(1, 2), returns_nonnull)) void *zeroed(unsigned count, int size);
void node_free(struct node *node);
__attribute__((malloc, malloc(node_free))) struct node *node_new(void);
void *look_up(struct pool *pool, size_t key); /* not an allocator */

struct node *global_node;

void callers(struct pool *pool, size_t n) {
    struct node *node = pool_alloc(pool, sizeof *node);
    global_node = zeroed(n, sizeof *node);
    struct node *other = node_new();
    pool_alloc(pool, 3); /* no site: nobody takes it */
    node->next = look_up(pool, n);
    pool_free(pool, node);
    node_free(other);
    pool_free(pool, NULL); /* no site */
}

/* A site without a type: the caller knows it. */
void *hand_on(struct pool *pool) {
    return pool_alloc(pool, 64);
}

/* The system's allocators are as they were, but for who frees what. */
void system_functions(const char *path) {
    FILE *file = fopen(path, "r");
    char *text = malloc(10);
    fclose(file);
    free(text);
}
