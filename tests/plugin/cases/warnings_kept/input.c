/* SPDX-License-Identifier: MIT */
/* GCC still knows, behind a claim, what is in a new block and that nobody else has it. */
#include <stdlib.h>
#include <string.h>

struct pair {
    int a, b;
};
void consume(const struct pair *);

void uninitialized(void) {
    consume(malloc(sizeof(struct pair)));
}

char *overflow(void) {
    char *text = malloc(3);
    strcpy(text, "longer than three");
    return text;
}
