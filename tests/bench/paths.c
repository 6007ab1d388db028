/* SPDX-License-Identifier: MIT */
/* paths: does what a program does to blocks, one function for each thing, ROUNDS times, 30 calls
 * deep; under callgrind, with --collect-atstart=no, there is a dump for each with its name. */
#include <memscope.h>
#include <stdlib.h>
#include <valgrind/callgrind.h>

enum { ROUNDS = 1000, DEPTH = 30 };

struct item {
    long number;
    struct item *next;
};

static struct item *volatile s_slot;
static struct item *volatile s_other;
MEMSCOPE static struct item *s_owner;

#define PATH static __attribute__((noinline, noclone)) void
/* At its end, so that its last call is no jump: callgrind stops counting where a function is left.
 */
#define NO_TAIL_CALL() __asm__ volatile("")

PATH path_nothing(void) {
    s_slot = s_other;
}

/* The block freed is not the newest one. */
PATH path_malloc_free(void) {
    struct item *old = s_slot;
    s_slot = s_other;
    s_other = malloc(sizeof(struct item));
    free(old);
}

PATH path_calloc_free(void) {
    struct item *old = s_slot;
    s_slot = s_other;
    s_other = calloc(1, sizeof(struct item));
    free(old);
}

PATH path_temporary(void) {
    struct item *item = malloc(sizeof(struct item));
    s_slot = item;
    free(s_slot);
}

/* Within what the allocator has given already. */
PATH path_realloc(void) {
    s_slot = realloc(s_slot, sizeof(struct item) + (size_t)(s_slot->number ^= 8));
}

PATH path_assign(void) {
    s_owner = s_other;
}

/* A typing site behind a call that allocates nothing. */
static __attribute__((noinline, noclone)) void *look_up(void) {
    return s_other;
}

PATH path_look_up(void) {
    struct item *item = look_up();
    s_slot = item;
}

/* Through a variable, so that no call becomes part of its caller; built without tail calls. */
static void repeat(int depth, void (*path)(void));
static void (*volatile s_repeat)(int depth, void (*path)(void)) = repeat;

static void repeat(int depth, void (*path)(void)) {
    if (depth != 0) {
        s_repeat(depth - 1, path);
        return;
    }
    path(); /* makes what is made once */
    CALLGRIND_TOGGLE_COLLECT;
    for (int i = 0; i < ROUNDS; i++)
        path();
    CALLGRIND_TOGGLE_COLLECT;
}

#define MEASURE(name)                                                                              \
    do {                                                                                           \
        repeat(DEPTH, path_##name);                                                                \
        CALLGRIND_DUMP_STATS_AT(#name);                                                            \
    } while (0)

static struct item *new_item(void) {
    struct item *item = malloc(sizeof(*item));
    if (item == NULL)
        exit(1);
    item->number = 8;
    return item;
}

static void start(void) {
    s_slot = new_item();
    s_other = new_item();
}

int main(void) {
    MEASURE(nothing);
    start();
    MEASURE(malloc_free);
    start();
    MEASURE(calloc_free);
    MEASURE(temporary);
    start();
    MEASURE(realloc);
    MEASURE(assign);
    MEASURE(look_up);
    return 0;
}
