/* SPDX-License-Identifier: MIT */
/* Only what carries the attribute is instrumented when nothing else is asked for. */
#include <memscope.h>
#include <stdlib.h>

struct node {
    struct node *next;
    int value;
};
struct cache {
    MEMSCOPE_LABEL("slots") struct node *slots;
    struct node *MEMSCOPE tail;
    void *data MEMSCOPE;
    struct node *not_tracked;
};
union either {
    MEMSCOPE char *text;
    long number;
};

MEMSCOPE struct node *head;
extern MEMSCOPE struct node *elsewhere;
static MEMSCOPE_LABEL("hidden") struct node *hidden;
MEMSCOPE _Thread_local struct node *of_thread;

void *xmalloc(size_t n);
struct node *make_node(void);
void fill(struct node **out);

void variables(struct node *given, struct cache *cache, union either *either) {
    MEMSCOPE struct node *local = malloc(sizeof *local);
    struct node *plain = malloc(sizeof *plain);
    head = given;
    elsewhere = make_node();
    hidden = xmalloc(sizeof *hidden);
    of_thread = plain;
    cache->slots = calloc(4, sizeof(struct node));
    cache->tail = local;
    cache->data = xmalloc(10);
    cache->not_tracked = malloc(sizeof *cache->not_tracked);
    either->text = malloc(5);
    static MEMSCOPE struct node *kept;
    kept = local->next;
    *kept = *plain;
}

/* no block is assigned: `head` only loses what it had */
void nothing(void) {
    head = NULL;
    MEMSCOPE struct node *empty;
    (void)empty;
}

void conditional(int yes) {
    struct node *made = malloc(sizeof *made);
    if (yes)
        head = made;
}

/* The address is taken: the variable lives in memory. */
void in_memory(void) {
    MEMSCOPE struct node *slot = malloc(sizeof *slot);
    fill(&slot);
    slot = make_node();
}

void parameters(MEMSCOPE struct node *used, MEMSCOPE_LABEL("in memory") struct node *memory,
                MEMSCOPE const char *unused __attribute__((unused)), struct node *plain) {
    fill(&memory);
    used->next = plain;
    used = plain;
}

/* A pointer that only moves stays with its block. */
int moving(MEMSCOPE const char *cursor) {
    int n = 0;
    while (*cursor++)
        n++;
    return n;
}
