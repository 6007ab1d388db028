/* SPDX-License-Identifier: MIT */
/* What GCC warns about must be what it warns about with the plugin, in the same words and order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pair {
    int a;
    struct pair *other;
};
struct pair *s_pair;
void consume(const struct pair *);
void *special(size_t) __attribute__((malloc(consume, 1), alloc_size(1), deprecated));

int used_after_free(void) {
    struct pair *pair = malloc(sizeof *pair);
    free(pair);
    return pair->a;
}
int uninitialized(int way) {
    struct pair *pair, *other;
    if (way)
        pair = malloc(sizeof *pair);
    consume(malloc(sizeof *pair));
    return pair->a + other->a;
}
void overflow(void) {
    struct pair *pair = malloc(4);
    pair->other = NULL;
    char *text = malloc(3);
    strcpy(text, "longer than three");
    sprintf(text, "%s %d", "and longer", 3);
    s_pair = malloc((size_t)-1);
}
void mismatch(void) {
    struct pair *pair = special(sizeof *pair);
    free(pair);
    int here;
    struct pair *p = (struct pair *)&here;
    free(p);
    free(&here);
}
struct pair *dangling(void) {
    struct pair pair = {1, malloc(sizeof pair)};
    struct pair *address = &pair;
    return address;
}
void unused(void) {
    struct pair *set = malloc(3);
    struct pair *never;
    malloc(5);
    realloc(s_pair, 5);
    char *wrong = malloc(sizeof(struct pair *)) + 1;
    int *number = (int *)(void *)"text";
    free(wrong);
    free(wrong);
    memcpy(number, malloc(3), 5);
}
int null(int way) {
    struct pair *pair = way ? malloc(sizeof *pair) : NULL;
    struct pair *nothing = NULL;
    if (pair)
        way++;
    return pair->a + nothing->a;
}
int leak(int way) {
    struct pair *pair = malloc(sizeof *pair);
    if (way)
        return 1;
    pair->a = 2;
    while (way < 3)
        pair = realloc(pair, way);
    free(pair);
    printf("%s\n", pair);
    return pair == s_pair;
}
