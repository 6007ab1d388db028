/* SPDX-License-Identifier: MIT */
/* Prints the addresses of an array of four items, of a block of bytes, of a freed one and of a
 * static object, then waits for a byte. */
#include <memscope.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct item {
    struct item *next;
    long key;
    char text[16];
};

struct table {
    MEMSCOPE struct item *first;
};

static struct table s_table;

static struct item *add(long key) {
    struct item *item = malloc(4 * sizeof(*item));
    if (item == NULL)
        abort();
    item->key = key;
    s_table.first = item;
    return item;
}

int main(void) {
    struct item *item = add(1);
    char *bytes = malloc(100), *gone = malloc(1000000), byte;
    if (bytes == NULL || gone == NULL)
        return 1;
    printf("%p %p %p %p\n", (void *)item, (void *)bytes, (void *)gone, (void *)&s_table);
    fflush(stdout);
    free(gone);
    ssize_t length = read(STDIN_FILENO, &byte, 1);
    free(bytes);
    return length < 0;
}
