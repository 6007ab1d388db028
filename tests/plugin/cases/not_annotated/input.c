/* SPDX-License-Identifier: MIT */
/* Where nothing is annotated no pointer is followed: blocks are claimed, and that is all. */
#include <stdlib.h>

struct node {
    struct node *next;
};
struct node *head;

void fill(struct node **out);

void push(struct node *given) {
    struct node *node = malloc(sizeof *node);
    node->next = head;
    head = node;
    head = given;
    fill(&node);
    node = NULL;
    given = node;
    head->next = given;
}
