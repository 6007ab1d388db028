/* SPDX-License-Identifier: MIT */
/* Makes 3000 blocks that are recorded and 2000 between them that are not, and frees all but 1000 of
 * the first. */
#include <memscope.h>
#include <stdlib.h>

struct node {
    struct node *next;
    char bytes[40];
};

static struct node *s_recorded, *s_unseen;

static void push(struct node **list, int count) {
    for (int i = 0; i < count; i++) {
        struct node *node = malloc(sizeof(*node));
        node->next = *list;
        *list = node;
    }
}

static void pop(struct node **list, int count) {
    for (int i = 0; i < count; i++) {
        struct node *node = *list;
        *list = node->next;
        free(node);
    }
}

int main(void) {
    push(&s_recorded, 1500);
    memscope_pause();
    push(&s_unseen, 2000);
    memscope_resume();
    push(&s_recorded, 1500);
    pop(&s_unseen, 2000);
    pop(&s_recorded, 2000);
    return 0;
}
