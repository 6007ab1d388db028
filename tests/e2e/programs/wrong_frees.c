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

struct thing;
static struct thing *hide_thing(struct thing *thing) {
    s_hidden = thing;
    return s_hidden;
}

struct opaque;
static struct opaque *hide_opaque(struct opaque *opaque) {
    s_hidden = opaque;
    return s_hidden;
}

/* As code that was not compiled with memscope calls it. */
static void unseen_free(void *block) {
    void (*volatile release)(void *) = free;
    release(block);
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

/* ---- an allocator that wraps malloc, and frees with a function of its own ---- */

struct thing {
    char *text;
    long value[3];
}; /* 32 bytes */

/* Behind a function of its own, as a library has it. */
NOINLINE static void thing_drop(struct thing *thing) {
    free(thing->text);
    free(thing);
}
NOINLINE static void thing_free(struct thing *thing) {
    thing_drop(thing);
}
NOINLINE static void thing_close(struct thing *thing) {
    thing_drop(thing);
}
NOINLINE __attribute__((malloc, malloc(thing_free))) static struct thing *thing_new(void) {
    struct thing *thing = malloc(sizeof *thing);
    thing->text = malloc(10); /* the newest block is not what is returned */
    return thing;
}
NOINLINE __attribute__((malloc, malloc(thing_close), malloc(free), alloc_size(1))) static void *
free_alloc(size_t size) {
    return malloc(size);
}

static void run_wrapper_to_free(void) {
    for (int i = 0; i < 3; i++) {
        struct thing *thing = thing_new(); /* thing */
        free(thing->text);
        free(hide_thing(thing)); /* thing to free */
    }
}

static void run_wrapper_to_realloc(void) {
    struct thing *thing = thing_new();                     /* thing grows */
    thing = realloc(hide_thing(thing), 2 * sizeof *thing); /* thing to realloc */
    free(thing);
}

static void run_wrapper_to_other(void) {
    struct thing *thing = thing_new(); /* thing other */
    thing_close(hide_thing(thing));    /* thing to other */
}

/* Its users do not know what it is; it comes out of malloc, or out of a slab of it. */
struct opaque;
NOINLINE static void opaque_free(struct opaque *opaque) {
    s_hidden = opaque;
}
NOINLINE __attribute__((malloc, malloc(opaque_free))) static struct opaque *
opaque_new(void *memory) {
    return hide(memory);
}

static void run_opaque_to_free(void) {
    struct opaque *opaque = opaque_new(malloc(40)); /* opaque */
    free(hide(opaque));                             /* not sure: it may be a slab */
    opaque = opaque_new(malloc(40));                /* opaque again */
    free(hide_opaque(opaque));                      /* opaque to free */
}

/* ---- what is right, though addresses come again ---- */

/* Slabs that are freed with what is in them, which begins where they do. */
static void run_slab_right(void) {
    char *slab = malloc(4096);
    hide(opaque_new(slab));
    free(slab);
    void *memory = malloc(4096);
    s_free = memory;
    hide(pool_alloc(40));
    free(memory);
}

static void run_wrapper_right(void) {
    void (*volatile release)(struct thing *) = thing_free;
    for (int i = 0; i < 1000; i++) {
        thing_free(thing_new());
        release(thing_new());
        struct thing *plain = malloc(sizeof *plain); /* where a thing was */
        free(hide_thing(plain));
        free(free_alloc(40));
        /* By a library that memscope does not see. */
        struct thing *thing = thing_new();
        unseen_free(thing->text);
        unseen_free(thing);
        plain = malloc(sizeof *plain);
        free(hide_thing(plain));
    }
}

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
    /* Handed out again by a call that nobody sees. */
    void *(*volatile alloc)(size_t) = pool_alloc;
    for (int i = 0; i < 3; i++) {
        s_free = s_memory;
        struct node *node = alloc(sizeof *node);
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
    {"wrapper_to_free", run_wrapper_to_free},
    {"wrapper_to_realloc", run_wrapper_to_realloc},
    {"wrapper_to_other", run_wrapper_to_other},
    {"opaque_to_free", run_opaque_to_free},
    {"slab_right", run_slab_right},
    {"wrapper_right", run_wrapper_right},
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
