/* SPDX-License-Identifier: MIT */
/* What does not compile, at different stages of the compiler. */
#include <stdlib.h>

struct node {
    struct node *next;
};
void *refused(size_t) __attribute__((error("must not be called")));
static inline __attribute__((always_inline)) struct node *varied(int count, ...) {
    __builtin_va_list list;
    __builtin_va_start(list, count);
    return malloc(sizeof(struct node));
}

struct node *late(int way) {
    struct node *node = refused(sizeof *node);
    __asm__("" : : "i"(node));
    return way ? node : varied(3, 4);
}
#ifndef LATE
struct node *early(void) {
    struct node *node = malloc(sizeof *missing);
    node->nothing = malloc(3);
    struct later *later = malloc(sizeof *later);
    return later + node;
    goto nowhere;
}
int = malloc(;
struct node *broken(void {
    return malloc(2) }
#endif
