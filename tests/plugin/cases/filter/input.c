/* SPDX-License-Identifier: MIT */
/* The arguments `types` and `exclude`. */
#include <stdlib.h>

struct node {
    int value;
};
typedef struct {
    int x;
} point;
struct other {
    int value;
};
#include "left_out.h"

void use(void **out) {
    struct node *node = malloc(sizeof *node);
    point *p = malloc(sizeof *p);
    struct other *other = malloc(sizeof *other);
    out[0] = node, out[1] = p, out[2] = other;
}

void skip_this(void **out) {
    struct node *node = malloc(sizeof *node);
    out[0] = node;
}
