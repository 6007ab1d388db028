/* SPDX-License-Identifier: MIT */
/* Functions of the system that return new blocks, and those that are known not to. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void use(const void *p);
char *ours(void);
int give(void **out, size_t n);
int give_typed(int **out);
__attribute__((pure)) void *look_up(int key);
__attribute__((const)) void *constant(int key);

struct list {
    char *line;
    size_t size;
};

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

/* Through the address of a pointer. */
void out_parameters(FILE *file, struct list *list) {
    char *line = NULL;
    size_t size = 0;
    if (getline(&line, &size, file) > 0)
        use(line);
    if (getdelim(&list->line, &list->size, ';', file) > 0)
        use(list->line);
    char *text;
    if (asprintf(&text, "%zu", size) > 0)
        use(text);
    double *numbers;
    if (posix_memalign((void **)&numbers, 64, 640) == 0)
        use(numbers);
    short *given;
    if (give((void **)&given, 10) == 0)
        use(given);
}

void without(char *text, size_t n) {
    char *found = strchr(text, 'a');
    char *copied = strcpy(text, "b");
    char *stack = __builtin_alloca(n);
    char *moved = memmove(text, text + 1, n - 1);
    char *filled = memset(text, 0, n);
    char *own = ours();
    void *untyped = malloc(n);
    int *typed_inside;
    give_typed(&typed_inside);
    short *pure = look_up(1), *same = constant(1);
    use(found), use(copied), use(stack), use(moved), use(filled), use(own), use(untyped);
    use(typed_inside), use(pure), use(same);
}
