/* SPDX-License-Identifier: MIT */
/* Annotated pointers that are elements, and members in all kinds of structs and unions. */
#include <memscope.h>
#include <stdatomic.h>
#include <stdlib.h>

struct node {
    struct node *next;
    int value;
};
typedef struct node *node_ptr;

struct table {
    unsigned used : 3;
    MEMSCOPE struct node *slots[4];
    unsigned left : 5;
    MEMSCOPE struct node *by_bits;
    union {
        MEMSCOPE struct node *in_union;
        long number;
    };
    struct {
        MEMSCOPE_LABEL("inner") struct node *in_struct;
    } named;
    struct table *more;
} __attribute__((packed));

MEMSCOPE struct node *table[64];
static MEMSCOPE struct node *square[2][2];
MEMSCOPE node_ptr by_typedef;
MEMSCOPE struct node *volatile of_volatile;
MEMSCOPE struct node *_Atomic of_atomic;
MEMSCOPE struct node **of_pointers;
MEMSCOPE struct node *initialised = (struct node[1]){{0}};

void *find(void);
void use(void *p);

void elements(int i) {
    table[0] = find();
    table[i] = malloc(sizeof(struct node));
    *(table + 1) = find();
    square[i][1] = find();
    MEMSCOPE struct node *local[3];
    local[i] = find();
    static MEMSCOPE struct node *kept[3];
    kept[i] = find();
    use(local);
    use(kept);
}

void members(struct table *t, int i) {
    t->slots[i] = find();
    t->slots[2] = malloc(sizeof(struct node));
    t->by_bits = find();
    t->in_union = find();
    t->named.in_struct = find();
    t->more->slots[i] = NULL;
    t->used = 1;
    t->left = 2;
}

void kinds(void) {
    by_typedef = find();
    of_volatile = find();
    of_atomic = find();
    of_pointers = calloc(2, sizeof *of_pointers);
    of_pointers[1] = find(); /* not the variable: no site */
    MEMSCOPE register struct node *in_register = find();
    MEMSCOPE struct node *restrict only = find();
    use(in_register);
    use(only);
    for (MEMSCOPE struct node *each = find(); each != NULL; each = find())
        use(each);
    initialised = find();
}

void old_style(given) struct node *given MEMSCOPE;
{
    use(given);
    given = find();
    use(given);
}
