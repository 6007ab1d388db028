/* SPDX-License-Identifier: MIT */
/* What docs/cli.md asks of an address in, with its lines. */
#include <memscope.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
struct item {
    long number, key, weight, count;
};
struct table {
    MEMSCOPE struct item *first;
};
static void add(struct table *table) {
    struct item *items = malloc(4 * sizeof *items);
    table->first = items;
}

int main(void) {
    struct table table;
    add(&table);
    printf("%p\n", (void *)&table.first[1].key);
    fflush(stdout);
    return pause();
}
