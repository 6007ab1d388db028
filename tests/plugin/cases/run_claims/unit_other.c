/* SPDX-License-Identifier: MIT */
/* Another unit with sites of its own. */
#include <stdlib.h>

void *unit_block(size_t n) {
    double *unused = malloc(sizeof *unused);
    *unused = (double)n;
    void *block = malloc(n);
    free(unused);
    return block;
}

int give(void **out) {
    *out = malloc(sizeof(long));
    return 0;
}
