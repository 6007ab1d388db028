/* SPDX-License-Identifier: MIT */
/* Where statements of the documentation are compiled and run. */
#include <memscope.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct node {
    struct node *next;
};

static struct node *make_list(void) {
    return calloc(1, sizeof(struct node));
}
static void read_config(void) {
    free(make_list());
}
static void build_index(void) {
    free(make_list());
}

int main(void) {
    memscope_tracker *t = memscope_tracker_global();
    struct node *node = make_list();
    (void)t, (void)node, (void)read_config, (void)build_index;
    do {
        /* the snippet */
        free(node);
    } while (0);
    return 0;
}
