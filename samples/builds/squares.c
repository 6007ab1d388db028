/* SPDX-License-Identifier: MIT */
/* squares [N]: a list of the first N squares, added up. What the recipes beside it build. */
#include <stdio.h>
#include <stdlib.h>

#if defined(__has_include) && __has_include(<memscope.h>)
#    include <memscope.h>
#else /* a machine without memscope */
#    define MEMSCOPE
#endif

struct square {
    struct square *next;
    unsigned long value;
};

int main(int argc, char **argv) {
    unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 100, sum = 0;
    MEMSCOPE struct square *first = NULL;
    for (unsigned long i = 0; i < count; i++) {
        struct square *square = malloc(sizeof(*square));
        if (square == NULL)
            return 1;
        square->next = first;
        square->value = i * i;
        first = square;
    }
    while (first != NULL) {
        struct square *rest = first->next;
        sum += first->value;
        free(first);
        first = rest;
    }
    printf("%lu\n", sum);
    return 0;
}
