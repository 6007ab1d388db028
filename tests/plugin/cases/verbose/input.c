/* SPDX-License-Identifier: MIT */
/* One line a site. */
#include <memscope.h>
#include <stdlib.h>

MEMSCOPE void *untyped;

char *make(int n) {
    int *numbers = malloc(sizeof *numbers * n);
    untyped = numbers;
    return malloc(n);
}
