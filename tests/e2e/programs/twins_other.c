/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

/* As large as that of twins.c, and another one. */
struct twin {
    int number;
    char text[20];
};

struct twin *twin_there;
void make_the_other(void);

void make_the_other(void) {
    twin_there = malloc(4 * sizeof(*twin_there));
    free(malloc(sizeof(struct twin)));
}
