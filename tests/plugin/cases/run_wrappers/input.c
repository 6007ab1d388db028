/* SPDX-License-Identifier: MIT */
/* Wrappers that keep something in front of the block, in one unit and in another. */
#include <stdlib.h>
#include <string.h>

struct node {
    struct node *next;
    long value[2];
};
struct header {
    size_t size, magic;
};
struct counted {
    long count;
    char bytes[];
};
struct object {
    int kind;
};
struct shape {
    struct object base;
    double area;
};

/* The size in front, as SQLite's sqlite3MemMalloc. */
__attribute__((noinline)) static void *with_size(size_t size) {
    long *p = malloc(size + 8);
    if (p != NULL) {
        p[0] = (long)size;
        p++;
    }
    return (void *)p;
}
static void without_size(void *p) {
    free((long *)p - 1);
}
static void *with_size_again(void *old, size_t size) {
    long *p = old != NULL ? (long *)old - 1 : NULL;
    p = realloc(p, size + 8);
    p[0] = (long)size;
    return p + 1;
}

/* Twice, one inside the other; the header's size is not a constant. */
static inline void *with_header(size_t size, size_t extra) {
    struct header *header = with_size(sizeof *header + extra + size);
    header->size = size;
    return (char *)(header + 1) + extra;
}

/* Behind a flexible array's start, as bytes. */
char *with_count(size_t size) {
    struct counted *counted = malloc(sizeof *counted + size);
    counted->count = 1;
    return counted->bytes;
}

void *unit_with_size(size_t size);
void unit_without_size(void *p);

/* Handed on with a type, and known better by the caller. */
struct object *new_object(size_t size) {
    struct object *object = calloc(1, size);
    return object;
}
/* A look-up that gives what is still fresh: the type stays the larger one. */
__attribute__((noinline)) void *same(void *p) {
    return p;
}

int main(void) {
    struct node *node = with_size(sizeof *node);
    node->value[1] = 1;
    double *numbers = with_header(4 * sizeof *numbers, 16);
    numbers[3] = 2;
    struct node *grown = with_size_again(NULL, sizeof *grown);
    grown = with_size_again(grown, 2 * sizeof *grown);
    grown[1].next = NULL;
    short *shorts = (short *)with_count(6);
    shorts[0] = 3;
    struct node *cast = (struct node *)with_count(sizeof *cast);
    cast->value[0] = 4;
    float *other = unit_with_size(2 * sizeof *other);
    other[1] = 5;
    struct shape *shape = (struct shape *)new_object(sizeof *shape);
    shape->area = 6;
    struct object *object = same(shape);
    object->kind = 7;
    char *text = with_size(3);
    strcpy(text, "ab");
    without_size(text);
    free(shape);
    unit_without_size(other);
    free((char *)cast - sizeof(struct counted));
    free((char *)shorts - sizeof(struct counted));
    without_size(grown);
    without_size((char *)numbers - 32);
    without_size(node);
    return 0;
}
