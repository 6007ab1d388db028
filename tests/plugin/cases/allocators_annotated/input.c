/* SPDX-License-Identifier: MIT */
/* Allocators that carry memscope's own attribute, or that an argument of the plugin names. */
#include <memscope.h>
#include <stddef.h>

struct node {
    struct node *next;
    long value[4];
};
struct pool;

void pool_free(struct pool *pool, void *block);
MEMSCOPE __attribute__((malloc(pool_free, 2), alloc_size(2))) void *pool_alloc(struct pool *pool,
                                                                               size_t size);
MEMSCOPE_LABEL("nodes") struct node *node_new(void); /* one node, as its type says */
void *named(int size);
void named_free(int kind, void *block);

/* no sites: with track=annotated GCC's attributes alone are not enough */
void plain_free(void *block);
__attribute__((malloc, malloc(plain_free), alloc_size(1))) void *plain(size_t size);

void callers(struct pool *pool, int n) {
    struct node *node = pool_alloc(pool, sizeof *node);
    struct node *other = node_new();
    long *numbers = named(n);
    char *bytes = plain(100);
    pool_free(pool, node);
    named_free(1, numbers);
    plain_free(bytes);
    MEMSCOPE struct node *kept = pool_alloc(pool, sizeof *kept);
    other->next = kept;
}
