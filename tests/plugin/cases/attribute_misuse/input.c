/* SPDX-License-Identifier: MIT */
/* What the attribute does not work on is told where it stands. */
#include <memscope.h>

struct node {
    struct node *next;
    MEMSCOPE int number;
};

MEMSCOPE struct node static_object;
MEMSCOPE int static_array[4];
MEMSCOPE int make(void);
MEMSCOPE void (*callback)(void);

void f(MEMSCOPE int count, int n) {
    MEMSCOPE struct node object;
    MEMSCOPE char buffer[64];
    MEMSCOPE char vla[n];
    MEMSCOPE int scalar;
    MEMSCOPE struct node *table[4];
    (void)object, (void)buffer, (void)vla, (void)scalar, (void)table, (void)count;
}
enum MEMSCOPE color { RED };
