/* SPDX-License-Identifier: MIT */
/* Functions that are not instrumented. */
#include <stdlib.h>

struct node {
    int value;
};
struct node *global;

__attribute__((no_instrument_function)) void asked(void) {
    global = malloc(sizeof *global);
}

#ifdef __x86_64__
__attribute__((naked)) void naked(void) {
    __asm__("ret");
}
#endif

static int one(void) {
    return 1;
}

static int (*choose(void))(void) {
    global = malloc(sizeof *global);
    return one;
}

int chosen(void) __attribute__((ifunc("choose")));

extern inline __attribute__((gnu_inline)) struct node *elsewhere(void) {
    return malloc(sizeof(struct node));
}

struct node *normal(void) {
    return elsewhere();
}

struct node *with_site(void) {
    return malloc(sizeof(struct node));
}
