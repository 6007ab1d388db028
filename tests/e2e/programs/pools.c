/* SPDX-License-Identifier: MIT */
/* Allocators of the program's own, one kind an argument; tests/e2e/cases/pools.sh knows the
 * numbers. */
#include <pthread.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define NOINLINE __attribute__((noinline))

struct node {
    struct node *next;
    long value[4];
}; /* 40 bytes */
struct leaf {
    long value[2];
}; /* 16 bytes */

static void *volatile s_kept[1000];

/* ---- a wrapper of malloc ---- */

NOINLINE static void wrapper_free(void *block) {
    free(block);
}

NOINLINE __attribute__((malloc, malloc(wrapper_free), alloc_size(1))) static void *
wrapper_alloc(size_t size) {
    return malloc(size);
}

static void run_wrapper(void) {
    for (int i = 0; i < 100; i++) {
        struct node *node = wrapper_alloc(sizeof *node);
        s_kept[i] = node;
    }
    for (int i = 0; i < 60; i++)
        wrapper_free(s_kept[i]);
}

/* ---- an arena: blocks from the very start of a slab, freed all at once ---- */

struct arena {
    char *slab;
    size_t size, used;
};

NOINLINE static void arena_reset(struct arena *arena) {
    arena->used = 0;
}

NOINLINE __attribute__((malloc, alloc_size(2))) static void *arena_alloc(struct arena *arena,
                                                                         size_t size) {
    size = (size + 7) / 8 * 8;
    if (arena->used + size > arena->size)
        return NULL;
    void *block = arena->slab + arena->used;
    arena->used += size;
    return block;
}

static struct arena s_arena;

static void arena_make(size_t size) {
    s_arena.slab = malloc(size);
    s_arena.size = size;
    s_arena.used = 0;
}

static void arena_fill(int count) {
    for (int i = 0; i < count; i++) {
        struct node *node = arena_alloc(&s_arena, sizeof *node);
        memset(node, 0, sizeof *node);
    }
}

/* 100 nodes live at the end, in a slab of 65536. */
static void run_arena(void) {
    arena_make(65536);
    arena_fill(100);
}

/* The same, freed with the slab. */
static void run_parent(void) {
    arena_make(65536);
    arena_fill(100);
    free(s_arena.slab);
}

/* Told (-fplugin-arg-memscope-dealloc=arena_reset:1): 50 live. */
static void run_reset(void) {
    arena_make(65536);
    arena_fill(100);
    arena_reset(&s_arena);
    arena_fill(50);
}

/* Not told: the last 20 of the first hundred are still there. */
static void run_reset_silent(void) {
    arena_make(65536);
    arena_fill(100);
    s_arena.used = 0;
    arena_fill(80);
}

/* realloc of the slab ends what lies in it. */
static void run_grow(void) {
    arena_make(4096);
    arena_fill(100);
    s_arena.slab = realloc(s_arena.slab, 1048576);
    s_kept[0] = s_arena.slab;
}

/* ---- a pool of nodes with a free list, in slabs ---- */

struct slot {
    struct slot *next;
};
struct pool {
    struct slot *free_list;
    size_t size;
};

NOINLINE static void pool_free(struct pool *pool, void *block) {
    struct slot *slot = block;
    slot->next = pool->free_list;
    pool->free_list = slot;
}

NOINLINE __attribute__((malloc, malloc(pool_free, 2))) static void *pool_take(struct pool *pool) {
    if (pool->free_list == NULL) {
        char *slab = malloc(64 * pool->size);
        for (size_t i = 64; i-- > 0;) {
            struct slot *slot = (struct slot *)(slab + i * pool->size);
            slot->next = pool->free_list;
            pool->free_list = slot;
        }
        s_kept[999] = slab;
    }
    struct slot *slot = pool->free_list;
    pool->free_list = slot->next;
    return slot;
}

static struct pool s_pool = {NULL, sizeof(struct node)};

/* 100 taken, 70 given back, 10 taken again: 110, 40 live, in two slabs of 2560. */
static void run_pool(void) {
    for (int i = 0; i < 100; i++) {
        struct node *node = pool_take(&s_pool);
        s_kept[i] = node;
    }
    for (int i = 0; i < 70; i++)
        pool_free(&s_pool, s_kept[i]);
    for (int i = 0; i < 10; i++) {
        struct node *node = pool_take(&s_pool);
        s_kept[i] = node;
    }
}

/* A caller of the arena's that knows no type itself: its callers do. */
NOINLINE static void *indirect_alloc(size_t size) {
    return arena_alloc(&s_arena, size);
}

static void run_indirect(void) {
    arena_make(65536);
    for (int i = 0; i < 30; i++) {
        struct node *node = indirect_alloc(sizeof *node);
        s_kept[i] = node;
    }
}

static void *s_give_back(void *unused) {
    (void)unused;
    for (int i = 0; i < 100; i++)
        pool_free(&s_pool, s_kept[i]);
    return NULL;
}

static void run_threads(void) {
    pthread_t thread;
    for (int i = 0; i < 100; i++) {
        struct node *node = pool_take(&s_pool);
        s_kept[i] = node;
    }
    pthread_create(&thread, NULL, s_give_back, NULL);
    pthread_join(thread, NULL);
}

/* ---- an arena in an arena: chunks of 1024, leaves out of them ---- */

static struct arena s_inner;

static void run_nested(void) {
    arena_make(65536);
    for (int i = 0; i < 4; i++) {
        char *chunk = arena_alloc(&s_arena, 1024);
        s_inner = (struct arena){chunk, 1024, 0};
        for (int k = 0; k < 10; k++) {
            struct leaf *leaf = arena_alloc(&s_inner, sizeof *leaf);
            leaf->value[0] = k;
        }
    }
}

/* ---- memory that is none of malloc's ---- */

static void run_mmap(void) {
    s_arena.slab = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    s_arena.size = 1 << 20;
    arena_fill(1000);
}

static alignas(16) char s_static[8192];

static void run_static(void) {
    s_arena.slab = s_static;
    s_arena.size = sizeof s_static;
    arena_fill(100);
}

/* ---- macros around a growing chunk, as obstacks have them ---- */

#define GROW(type) ((type *)arena_alloc(&s_arena, sizeof(type)))

static void run_macros(void) {
    arena_make(16384);
    for (int i = 0; i < 25; i++) {
        GROW(struct node)->next = NULL;
        GROW(struct leaf)->value[0] = i;
    }
}

static const struct {
    const char *name;
    void (*run)(void);
} s_runs[] = {
    {"wrapper", run_wrapper},
    {"arena", run_arena},
    {"parent", run_parent},
    {"reset", run_reset},
    {"reset_silent", run_reset_silent},
    {"grow", run_grow},
    {"pool", run_pool},
    {"indirect", run_indirect},
    {"threads", run_threads},
    {"nested", run_nested},
    {"mmap", run_mmap},
    {"static", run_static},
    {"macros", run_macros},
};

int main(int argc, char **argv) {
    for (size_t i = 0; argc > 1 && i < sizeof s_runs / sizeof s_runs[0]; i++)
        if (strcmp(argv[1], s_runs[i].name) == 0)
            s_runs[i].run();
    return 0;
}
