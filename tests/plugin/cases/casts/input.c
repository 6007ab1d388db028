/* SPDX-License-Identifier: MIT */
/* What the program casts the result to, where it is kept as void * or as bytes then. */
#include <stdlib.h>

struct node {
    struct node *next;
    long value[4];
};
typedef struct {
    double x, y, z;
} point_t;
typedef struct node *node_ptr;
struct opaque;
struct holder {
    void *data;
    char *bytes;
};

void *get(size_t size);
void queue_add(void *queue, void *item);
void look_at_two(void *one, void *other);
void look_at(const void *item);
struct holder *look_up(void *queue, size_t n);
#define GET(n) (get(n))

void casts(struct holder *holder, void *queue, size_t n) {
    void *kept = (struct node *)malloc(n);
    queue_add(queue, kept);
    holder->data = (point_t *)get(n);
    holder->bytes = (char *)(struct node *)get(n);
    /* clang-format off */
    const void *constant = (const struct node *) get(n);
    /* clang-format on */
    look_at(constant);
    queue_add(queue, (struct node **)calloc(n, 8));
    queue_add(queue, (node_ptr)get(n));
    queue_add(queue, (struct opaque *)get(n));
    /* clang-format off */
    queue_add(queue, (
        struct node *
        ) get (n));
    /* clang-format on */
    queue_add(queue, (void *)(struct node *)get(40));
    char *more = (void *)((struct node *)get(n) + 1);
    queue_add(queue, more);
    look_at_two((struct node *)get(n), malloc(n));
    if (n > 3)
        holder->data = (long *)get(n);
    else
        (void)0;
}

void *object(void) {
    return (struct node *)malloc(40);
}

/* Something else says more. */
void others(void *queue, size_t n) {
    struct node *declared = (void *)get(n);
    declared->next = NULL;
    queue_add(queue, (struct node *)get(n * sizeof(point_t)));
    point_t *points = (point_t *)get(n);
    points->x = 1;
}

/* No sites, or no type of a cast: it is none, or not one of what the call gives, or cannot be. */
void none(struct holder *holder, void *queue, size_t n, struct node *node) {
    queue_add(queue, (void *)get(n));
    queue_add(queue, (struct node *)look_up(queue, n)->data);
    queue_add(queue, (struct node *)GET(n));
    queue_add(queue, (struct node *)get(8)); /* too small */
    queue_add(queue, (node) ? get(n) : NULL);
    if (node)
        queue_add(queue, get(n));
    if (n)
        holder->data = get(n);
    queue_add(queue, /* (struct node *) */ get(n));
    look_at_two((struct node *)get(n), get(n)); /* which of the two? */
    holder->bytes = (char *)get(n);
}
void *header(size_t n) {
    return (struct node *)malloc(n + 40) + 1;
}
