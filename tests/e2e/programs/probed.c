/* SPDX-License-Identifier: MIT */
/* A few blocks, whose fates tests/e2e/cases/probes.sh knows. */
#include <stdlib.h>

static void *volatile s_kept;

int main(void) {
    char *block = malloc(1001);
    block[0] = 1;
    block = realloc(block, 3001);
    free(block);
    s_kept = malloc(501);
    for (int i = 0; i < 200; i++) {
        s_kept = malloc(77);
        free(s_kept);
    }
    return 0;
}
