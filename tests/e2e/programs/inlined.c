/* SPDX-License-Identifier: MIT */
/* A call chain whose middle is inlined: main -> outer -> middle (inlined) -> inner. */
#include <stdlib.h>

struct leaf {
    long values[10];
};

static struct leaf *volatile s_leaf;

static __attribute__((noipa)) void inner(int count) {
    for (int i = 0; i < count; i++)
        s_leaf = malloc(sizeof *s_leaf); /* inner */
    __asm__ volatile("");
}

static inline __attribute__((always_inline)) void middle(int count) {
    inner(count + 1); /* middle */
    __asm__ volatile("");
}

static __attribute__((noipa)) void outer(int count) {
    middle(count * 2); /* outer */
    __asm__ volatile("");
}

int main(void) {
    outer(4); /* main */
    __asm__ volatile("");
    return 0;
}
