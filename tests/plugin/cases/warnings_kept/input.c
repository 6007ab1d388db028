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

/* A call for the end of an object's scope hides nothing of what goes out of scope with it. */
int *kept;
void dangling(void) {
    __attribute__((memscope)) int numbers[2] = {1, 2};
    int local = 1;
    consume((const struct pair *)numbers);
    kept = &local;
}
