/* SPDX-License-Identifier: MIT */
/* Functions of the system that return new blocks, and those that are known not to. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void use(const void *p);
char *ours(void);

void with_sites(const char *text) {
    char *copy = strdup(text);
    char *part = strndup(text, 3);
    FILE *file = fopen(text, "r");
    DIR *dir = opendir(text);
    char *path = realpath(text, NULL);
    char *aligned = aligned_alloc(64, 128);
    int *numbers = reallocarray(NULL, 4, sizeof(int));
    use(copy), use(part), use(file), use(dir), use(path), use(aligned), use(numbers);
}

void without(char *text, size_t n) {
    char *found = strchr(text, 'a');
    char *copied = strcpy(text, "b");
    char *stack = __builtin_alloca(n);
    char *moved = memmove(text, text + 1, n - 1);
    char *filled = memset(text, 0, n);
    char *own = ours();
    void *untyped = malloc(n);
    use(found), use(copied), use(stack), use(moved), use(filled), use(own), use(untyped);
}
