/* SPDX-License-Identifier: MIT */
/* What a function hands on, and the ways of a pointer: who types it. */
#include <stddef.h>
#include <stdlib.h>

struct object {
    struct object *next;
    int kind;
};
struct table {
    struct object base;
    int size;
    struct object **slots;
};
struct closure {
    struct object base;
    void (*function)(void);
};
union any {
    struct object object;
    struct table table;
    struct closure closure;
};
struct link {
    struct link *next;
};
struct item {
    long key[4];
    struct link link;
};
struct packet {
    int length;
    char bytes[];
};
struct inner {
    double value[2];
};
struct result {
    int code;
    struct inner *inner;
};

void *pool_get(size_t size);
void use(const void *p);

/* As Lua makes its objects: the type is known one caller down. */
struct object *new_object(int kind, size_t size) {
    struct object *object = pool_get(size);
    object->kind = kind;
    return object;
}
struct table *new_table(void) {
    struct object *object = new_object(1, sizeof(struct table));
    struct table *table = &((union any *)object)->table;
    table->size = 0;
    return table;
}
struct closure *new_closure(void) {
    struct closure *closure = (struct closure *)new_object(2, sizeof *closure);
    return closure;
}
/* no site: nothing larger */
int kind_of_new(void) {
    struct object *object = new_object(3, sizeof *object);
    return object->kind;
}

/* Of a base and what it is the base of, the one of the size asked for. */
struct object *derived(void) {
    struct object *object = malloc(sizeof(struct table));
    ((struct table *)object)->size = 3;
    struct table *table = (struct table *)object;
    use(table);
    return object;
}

/* no site: an inner address is not the block, but the struct around it is */
struct link *inner_link(void) {
    struct item *item = pool_get(sizeof *item);
    return &item->link;
}
void container_of(void) {
    void *raw = pool_get(sizeof(struct item));
    struct link *link = &((struct item *)raw)->link;
    struct item *item = (struct item *)((char *)link - offsetof(struct item, link));
    item->key[0] = 1;
}

/* The first member is not the whole. */
void first_member(void) {
    void *raw = pool_get(sizeof(struct table));
    struct object *base = &((struct table *)raw)->base;
    base->kind = 1;
}

/* A flexible array that is handed on as such belongs to the caller. */
void *payload(int length) {
    struct packet *packet = malloc(sizeof *packet + (size_t)length);
    packet->length = length;
    return packet->bytes;
}

/* Comma, conditional and statement expressions, a returned struct, an element of an array. */
struct result expressions(int n, struct inner *table[4]) {
    struct inner *comma = (use(table), pool_get(sizeof *comma));
    struct inner *chosen = n > 3 ? pool_get(sizeof *chosen) : NULL;
    struct inner *statement = ({
        void *inside = pool_get(sizeof(struct inner));
        inside;
    });
    use(comma), use(chosen), use(statement);
    table[n & 3] = pool_get(sizeof(struct inner));
    struct result result = {1, pool_get(sizeof(struct inner))};
    return result;
}

/* Through a function pointer, and one with a variable number of arguments. */
typedef void *(*allocate)(void *context, size_t size);
void *allocate_words(int count, ...);
struct methods {
    allocate allocate;
};
void indirect(const struct methods *methods, void *context) {
    struct inner *pointer = methods->allocate(context, sizeof *pointer);
    struct inner *variadic = allocate_words(2, sizeof(double), sizeof(double));
    use(pointer), use(variadic);
}

/* K&R's way: bytes that are cast. */
char *bytes_of(unsigned size) {
    return malloc(size);
}
struct inner *cast_bytes(void) {
    return (struct inner *)bytes_of(sizeof(struct inner));
}
