/* SPDX-License-Identifier: MIT */
/* The names of the places that blocks are put into. */
#include <stdlib.h>

struct item {
    int id;
};
struct box {
    struct item *item;
    struct item **items;
    struct item *fixed[4];
    struct {
        struct item *inner;
    } in;
    union {
        struct item *first;
        long number;
    };
};
typedef struct {
    struct item *only;
} holder;

struct item *global;
static struct item *hidden;
struct item *table[8];
struct box boxes[2];
_Thread_local struct item *of_thread;

void *xmalloc(size_t n);

void fill(struct box *box, holder *h, struct item **out, struct item **list, int i) {
    global = xmalloc(4);
    hidden = xmalloc(4);
    table[i] = xmalloc(4);
    of_thread = xmalloc(4);
    boxes[i].item = xmalloc(4);
    box->item = xmalloc(4);
    box->items = xmalloc(32);
    box->items[i] = xmalloc(4);
    box->items[0] = xmalloc(4);
    box->fixed[i] = xmalloc(4);
    box->in.inner = xmalloc(4);
    box->first = xmalloc(4);
    h->only = xmalloc(4);
    *out = xmalloc(4);
    list[i] = xmalloc(4);
    static struct item *once;
    once = xmalloc(4);
    struct item *volatile shaky = xmalloc(4);
    hidden->id = shaky->id + once->id;
}
