/* SPDX-License-Identifier: MIT */
/* What compiled code tells of allocators: sizes, pools, and who frees. */
#include <stddef.h>
#include <stdlib.h>

struct node {
    struct node *next;
    long value[4];
};
struct pool {
    char bytes[1024];
    size_t used;
};

__attribute__((noipa)) void pool_free(struct pool *pool, void *block) {
    (void)pool, (void)block;
}

__attribute__((noipa, malloc(pool_free, 2), alloc_size(2, 3))) void *
pool_alloc(struct pool *pool, unsigned char count, int size) {
    void *block = pool->bytes + pool->used;
    if (pool->used + (size_t)count * (size_t)size > sizeof pool->bytes)
        return NULL;
    pool->used += (size_t)count * (size_t)size;
    return block;
}

__attribute__((noipa, malloc, alloc_size(1))) void *wrapped(size_t size) {
    return malloc(size);
}

static struct pool s_pool;
struct node *volatile kept;

int main(void) {
    void (*volatile release)(struct pool *, void *) = pool_free;
    struct node *nodes = pool_alloc(&s_pool, 3, sizeof *nodes);
    pool_free(&s_pool, nodes);
    kept = pool_alloc(&s_pool, 255, 1000); /* NULL */
    kept = wrapped(sizeof *kept);
    kept->next = pool_alloc(&s_pool, 1, sizeof *kept);
    release(&s_pool, kept->next);
    return 0;
}
