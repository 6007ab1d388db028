/* SPDX-License-Identifier: MIT */
/* What the program writes with sizeof, where the use does not say it, or says something else. */
#include <stdlib.h>
#include <string.h>

struct node {
    struct node *next;
    long value[4];
};
typedef struct {
    double x, y, z;
} point_t;
typedef struct later later_t;
struct later {
    char text[56];
};
struct base {
    int kind;
};
struct derived {
    struct base base;
    int more[11];
};
struct trailer {
    long count;
    struct node *nodes[];
};
union both {
    struct base base;
    struct derived derived;
    char raw[100];
};

struct holder {
    void *data;
};

void *get(size_t size);
void queue_add(void *queue, void *item);
#define ALLOCATE(size) get(size)
#define NEW(type)      get(sizeof(type))

/* Nothing is used as a type. */
void untyped(struct holder *holder, void *queue, size_t n, const struct node *like) {
    holder->data = get(sizeof(struct node));
    queue_add(queue, malloc(sizeof(point_t)));
    queue_add(queue, calloc(n, sizeof(later_t)));
    queue_add(queue, get(n * sizeof(point_t)));
    queue_add(queue, malloc(sizeof *like));
    queue_add(queue, malloc(n * sizeof like->value));
    queue_add(queue, malloc(n * sizeof(like->value[n])));
    queue_add(queue, malloc(sizeof *(like->next) * n));
    queue_add(queue, malloc(n * sizeof((like))));
    queue_add(queue, malloc(n * sizeof(struct node *)));
    queue_add(queue, malloc(sizeof(unsigned long) * n));
    queue_add(queue, malloc(                          /* a node ) */
                            sizeof(const struct node) /* of 40 bytes */
                            ));
    struct derived copied = {{1}, {2}};
    holder->data = memcpy(malloc(sizeof copied), &copied, sizeof(copied));
    holder->data = get(sizeof(struct trailer) + n * sizeof(struct node *));
    holder->data = ALLOCATE(sizeof(point_t));
}

/* no sites: not written, several things of one name, another number than that of the type */
void unknown(struct holder *holder, void *queue, size_t n) {
    holder->data = NEW(struct node);
    {
        int local = 1;
        queue_add(queue, &local);
    }
    {
        struct node local = {0};
        queue_add(queue, malloc(sizeof(local)));
    }
    queue_add(queue, malloc(sizeof(struct node) + n));
    queue_add(queue, malloc(sizeof(struct node) / 3));
    queue_add(queue, malloc(strlen("sizeof(struct node)")));
}
void inner_scope(void *queue) {
    struct scoped {
        long a[6];
    };
    queue_add(queue, malloc(sizeof(struct scoped)));
}
void other_scope(void *queue) {
    struct scoped {
        long b[6];
    };
    queue_add(queue, malloc(sizeof(struct scoped)));
}

/* An object behind a void *, and no site: a header and what the caller wants. */
void *opaque(void) {
    return calloc(1, sizeof(struct node));
}
void *header(size_t n) {
    return malloc(sizeof(struct base) + n);
}

/* The use says less, or what it cannot be. */
void both(size_t n) {
    struct base *base = get(sizeof(struct derived));
    base->kind = 1;
    char *bytes = get(sizeof(struct node));
    bytes[3] = 1;
    union both *part = get(sizeof(struct derived));
    part->base.kind = 2;
    void **table = get(n * sizeof(struct node *));
    table[1] = base;
    struct node *agreed = get(n * sizeof(*agreed));
    agreed->next = NULL;
    later_t *named = get(sizeof(struct later));
    named->text[0] = 1;
}

/* The use says more. */
void kept(size_t n) {
    struct node *mistaken = get(sizeof(struct node *));
    queue_add(mistaken, NULL);
    double(*rows)[10] = get(n * sizeof(double) * 10);
    rows[1][1] = 1;
    char *text = get(n * sizeof(short));
    text[0] = 1;
}
