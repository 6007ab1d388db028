/* SPDX-License-Identifier: MIT */
/* Blocks are claimed once, by the call that gets them, at every level of optimization. */
#include <memscope.h>
#include <stdlib.h>
#include <string.h>

struct node {
    struct node *next;
    int value;
};
struct cache {
    MEMSCOPE struct node *slots;
};

MEMSCOPE struct node *head;
struct cache cache;

void *wrapper(size_t n) {
    void *p = malloc(n);
    if (p == NULL)
        abort();
    return p;
}

static inline void *inline_wrapper(size_t n) {
    return calloc(1, n);
}

/* A look-up: guarded, and what it finds is not fresh. */
__attribute__((noinline)) void *look_up(void) {
    return head;
}

struct node *make(int value) {
    struct node *node = wrapper(sizeof *node);
    node->value = value;
    return node;
}

void keep(MEMSCOPE struct node *given) {
    if (given != NULL)
        given->next = NULL;
}

void *unit_block(size_t n);
int give(void **out);

int main(void) {
    struct node *a = make(1);
    struct node *b = inline_wrapper(sizeof *b);
    head = a;
    struct node *same = look_up();
    same->value++;
    char *text = strdup("text");
    int *pair[2];
    pair[0] = malloc(sizeof(int));
    pair[1] = malloc(sizeof(int));
    *pair[0] = *pair[1] = 3;
    int **grown = realloc(NULL, 80);
    grown = realloc(grown, 80000);
    cache.slots = wrapper(4 * sizeof(struct node));
    head = malloc(sizeof *head);
    head = look_up();
    keep(b);
    short *from_unit = unit_block(10);
    from_unit[0] = 1;
    void *untyped = malloc(1);
    long *aligned = NULL;
    if (give((void *)&aligned) == 0)
        *aligned = 1;
    int result = a->value + same->value + *pair[0] + *pair[1] - 10;
    free(aligned);
    free(untyped);
    free(from_unit);
    free(text);
    free(pair[0]);
    free(pair[1]);
    free(grown);
    free(cache.slots);
    free(a);
    free(b);
    return result;
}
