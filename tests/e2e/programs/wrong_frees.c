/* SPDX-License-Identifier: MIT */
/* What should not be done with blocks, one kind an argument; tests/e2e/cases/pools.sh knows what is
 * to be found. GCC must not see it. */
#include <memscope.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define NOINLINE __attribute__((noipa))

struct node {
    struct node *next;
    long value[4];
}; /* 40 bytes */

static void *volatile s_hidden;
static void *hide(void *block) {
    s_hidden = block;
    return s_hidden;
}

static struct node *make(void) {
    struct node *node = malloc(sizeof *node); /* made */
    return node;
}

/* glibc looks at the newest block of a fastbin alone, once its cache of seven is full. */
static void run_double(void) {
    struct node *node[9];
    for (int i = 0; i < 9; i++)
        node[i] = make();
    for (int i = 0; i < 7; i++)
        free(node[i]);
    for (int i = 0; i < 3; i++) {
        free(hide(node[7]));
        free(hide(node[8])); /* again */
    }
}

/* glibc ends this one. */
static void run_double_abort(void) {
    struct node *node = make();
    free(hide(node));
    free(hide(node)); /* abort */
}

static void run_realloc(void) {
    struct node *node = make();
    free(hide(node));
    node = realloc(hide(node), 24); /* realloc */
    hide(node);
}

static void run_inside(void) {
    char *block = malloc(1000); /* block */
    free(hide(block + 16));     /* inside */
}

static void run_stack(void) {
    char object[100];
    free(hide(object + 16)); /* stack */
}

static char s_object[100];
static void run_static(void) {
    free(hide(s_object)); /* static */
}

/* ---- pools ---- */

static char s_memory[4096] __attribute__((aligned(16)));
static char *s_free = s_memory;

NOINLINE static void pool_free(void *block) {
    s_hidden = block;
}
NOINLINE static void other_free(void *block) {
    s_hidden = block;
}
NOINLINE __attribute__((malloc, malloc(pool_free), alloc_size(1))) static void *
pool_alloc(size_t size) {
    void *block = s_free;
    s_free += (size + 15) / 16 * 16;
    return hide(block);
}
NOINLINE __attribute__((malloc, malloc(other_free), alloc_size(1))) static void *
other_alloc(size_t size) {
    return pool_alloc(size);
}

static void run_pool_double(void) {
    struct node *node = pool_alloc(sizeof *node); /* pool */
    pool_free(hide(node));
    pool_free(hide(node)); /* pool again */
    hide(other_alloc(1));
}

static void run_pool_wrong(void) {
    struct node *node = pool_alloc(sizeof *node); /* pool wrong */
    other_free(hide(node));                       /* other_free */
}

static void run_pool_to_malloc(void) {
    struct node *node = pool_alloc(sizeof *node);
    node = pool_alloc(sizeof *node); /* pool to malloc */
    free(hide(node));                /* to malloc */
}

/* ---- what is right, though addresses come again ---- */

static void run_right(void) {
    for (int i = 0; i < 1000; i++) {
        struct node *node = make();
        char *other = malloc(5000);
        node = realloc(node, 64 + (size_t)i * 16);
        free(hide(other));
        free(hide(node));
    }
    for (int i = 0; i < 1000; i++) {
        s_free = s_memory;
        struct node *node = pool_alloc(sizeof *node);
        pool_free(hide(node));
    }
    void (*volatile release)(void *) = pool_free;
    s_free = s_memory;
    struct node *node = pool_alloc(sizeof *node);
    release(hide(node));
    /* Unseen: the block at the address is another one. */
    node = make();
    void *address = hide(node);
    free(hide(node));
    memscope_pause();
    node = make();
    memscope_resume();
    if (hide(node) == address)
        free(hide(node));
}

static const struct {
    const char *name;
    void (*run)(void);
} s_runs[] = {
    {"double", run_double},
    {"double_abort", run_double_abort},
    {"realloc", run_realloc},
    {"inside", run_inside},
    {"stack", run_stack},
    {"static", run_static},
    {"pool_double", run_pool_double},
    {"pool_wrong", run_pool_wrong},
    {"pool_to_malloc", run_pool_to_malloc},
    {"right", run_right},
};

int main(int argc, char **argv) {
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    for (size_t i = 0; argc > 1 && i < sizeof s_runs / sizeof s_runs[0]; i++)
        if (strcmp(argv[1], s_runs[i].name) == 0)
            s_runs[i].run();
    return 0;
}
