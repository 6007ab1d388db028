/* SPDX-License-Identifier: MIT */
/* Allocates once in a comparison that qsort, in libc, calls. */
#include <stdlib.h>

static void *s_kept;

__attribute__((noinline)) static int compare(const void *a, const void *b) {
    if (s_kept == NULL)
        s_kept = malloc(77); /* made */
    return *(const int *)a - *(const int *)b;
}

__attribute__((noinline)) static int sort(int *numbers, size_t count) {
    qsort(numbers, count, sizeof(*numbers), compare);
    return numbers[0];
}

int main(void) {
    int numbers[] = {3, 1, 2};
    return sort(numbers, 3) - 1;
}
