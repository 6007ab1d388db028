/* SPDX-License-Identifier: MIT */
/* Calls that return twice or elsewhere: setjmp, asm goto, __builtin_setjmp, cleanups, endless
 * loops. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct node {
    struct node *next;
    char text[16];
};

static jmp_buf s_back;
static void *s_words[5];
extern int vfork(void);
extern void *returns_twice(size_t) __attribute__((returns_twice));
extern void *never(size_t) __attribute__((noreturn));
void drop(struct node **node);

int jump(int how) {
    struct node *volatile kept = malloc(sizeof *kept);
    struct node *lost = NULL;
    switch (setjmp(s_back)) {
    case 0:
        lost = calloc(1, sizeof *lost);
        if (how)
            longjmp(s_back, 1);
        break;
    case 1:
        kept = realloc(kept, 2 * sizeof *kept);
        longjmp(s_back, 2);
    default:
        break;
    }
    free(kept);
    free(lost);
    return how;
}

struct node *twice(void) {
    struct node *node = returns_twice(sizeof *node);
    if (vfork() == 0)
        node = malloc(sizeof *node);
    return node;
}

struct node *builtin_jump(void) {
    struct node *node = NULL;
    if (__builtin_setjmp(s_words) == 0)
        node = malloc(sizeof *node);
    return node;
}

struct node *assembler(int way) {
    struct node *node = malloc(sizeof *node);
    __asm__ goto("" : : "r"(way) : "memory" : other);
    return node;
other:
    __asm__("" : "+r"(node));
    free(node);
    return malloc(sizeof *node);
}

struct node *output_goto(void) {
    struct node *node;
    __asm__ goto("" : "=r"(node) : "0"(malloc(sizeof *node)) : : other);
    return node;
other:
    return NULL;
}

void cleanup(void) {
    __attribute__((cleanup(drop))) struct node *node = malloc(sizeof *node);
    if (!node)
        never(3);
    for (;;) {
        __attribute__((cleanup(drop))) struct node *inner = malloc(sizeof *inner);
        if (inner->text[0])
            break;
    }
}

struct node *endless(void) {
    struct node *list = NULL;
    for (;;) {
        struct node *node = malloc(sizeof *node);
        node->next = list;
        list = node;
    }
}

struct node *duff(int count) {
    struct node *node = NULL;
    switch (count % 3) {
        do {
        case 0:
            node = malloc(sizeof *node);
        case 2:
            free(node);
        case 1:
            node = calloc(1, sizeof *node);
        } while ((count -= 3) > 0);
    }
    return node;
}
