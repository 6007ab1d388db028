/* SPDX-License-Identifier: MIT */
/* The attribute on a type: every allocation of that type. */
#include <memscope.h>
#include <stdlib.h>

struct MEMSCOPE tracked {
    struct tracked *next;
    int value;
};
struct MEMSCOPE_LABEL("behind") behind {
    int value;
};
struct plain {
    int value;
};
typedef struct plain MEMSCOPE named;

struct tracked *global;

struct tracked *make(void) {
    return malloc(sizeof(struct tracked));
}

void use(void **out) {
    struct tracked *local = malloc(sizeof *local);
    global = malloc(sizeof *global);
    struct plain *untracked = malloc(sizeof *untracked);
    named *by_name = malloc(sizeof *by_name);
    struct behind *behind = malloc(sizeof *behind);
    struct tracked **pointers = malloc(4 * sizeof *pointers);
    out[0] = local, out[1] = untracked, out[2] = by_name, out[3] = behind, out[4] = pointers;
}
