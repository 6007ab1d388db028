/* SPDX-License-Identifier: MIT */
/* GCC refuses calls of functions it does not know in a transaction, so nothing is instrumented. */
#include <stdlib.h>

struct node {
    struct node *next;
};
struct node *list;

void add(void) {
    __transaction_atomic {
        struct node *node = malloc(sizeof *node);
        node->next = list;
        list = node;
    }
}

__attribute__((transaction_safe)) struct node *make(void) {
    return malloc(sizeof(struct node));
}
