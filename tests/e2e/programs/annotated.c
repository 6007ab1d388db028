/* SPDX-License-Identifier: MIT */
/* One block or more for each kind of annotated variable. The marks name lines in the tests. */
#include <stdlib.h>

#include <memscope.h>

struct local_item {
    int values[4];
};
struct global_item {
    int values[8];
};
struct static_item {
    int values[12];
};
struct member_item {
    int values[16];
};
struct parameter_item {
    int values[20];
};
struct thread_item {
    int values[24];
};
struct plain_item {
    int values[28];
};

struct holder {
    int count;
    MEMSCOPE struct member_item *first;
    MEMSCOPE_LABEL("names of the holder") char *names;
};

MEMSCOPE struct global_item *g_items;
static MEMSCOPE struct static_item *s_items;
static _Thread_local MEMSCOPE struct thread_item *t_items;
static struct parameter_item *s_kept;
static struct plain_item *volatile s_plain;

static __attribute__((noipa)) void *get(size_t size) {
    return malloc(size);
}

static __attribute__((noipa)) void keep(MEMSCOPE struct parameter_item *parameter) { /* parameter */
    s_kept = parameter;
}

static __attribute__((noipa)) int use(const struct local_item *item) {
    return item->values[0];
}

int main(void) {
    struct holder holder = {0};
    int sum = 0;
    for (int i = 0; i < 3; i++) {
        MEMSCOPE struct local_item *local = calloc(1, sizeof *local); /* local */
        sum += use(local);
        free(local);
    }
    g_items = malloc(5 * sizeof *g_items);       /* global */
    s_items = malloc(sizeof *s_items);           /* static */
    holder.first = malloc(sizeof *holder.first); /* member */
    holder.names = malloc(100);                  /* label */
    t_items = malloc(sizeof *t_items);           /* thread_local */
    s_plain = malloc(sizeof *s_plain);           /* plain */
    keep(get(sizeof(struct parameter_item)));
    s_items = realloc(s_items, 3 * sizeof *s_items); /* static_again */
    free(g_items);
    free(holder.first);
    free(holder.names);
    free(t_items);
    return sum;
}
