/* SPDX-License-Identifier: MIT */
/* The values that are told as lost are those that the variables had, at every level of
 * optimization.
 */
#include <memscope.h>
#include <setjmp.h>
#include <stdlib.h>

struct node {
    struct node *next;
    int value;
};
struct list {
    MEMSCOPE struct node *first;
};
static struct node s_nodes[4];
MEMSCOPE struct node *head;
static jmp_buf s_buffer;

__attribute__((noinline, noclone)) static struct node *get(int i) {
    return &s_nodes[i];
}

__attribute__((noinline, noclone)) static void fill(struct node **out, struct list *list) {
    *out = get(1);
    list->first = get(2);
}

__attribute__((noinline, noclone)) static int loop(int n) {
    MEMSCOPE struct node *looped = NULL;
    int sum = 0;
    for (int i = 0; i < n; i++) {
        if (i == 2)
            continue;
        looped = get(i); /* lost twice */
        sum += looped->value;
    }
    return sum;
}

__attribute__((noinline, noclone)) static int argument(MEMSCOPE struct node *given, int n) {
    if (n > 1)
        given = get(3); /* lost */
    return given->value;
}

__attribute__((noinline, noclone)) static int jump(int n) {
    MEMSCOPE struct node *volatile kept = get(1);
    if (setjmp(s_buffer) == 0) {
        kept = get(2); /* lost */
        if (n > 0)
            longjmp(s_buffer, 1);
    }
    kept = get(3); /* lost */
    return kept->value;
}

int main(int argc, char **argv) {
    (void)argv;
    for (int i = 0; i < 4; i++)
        s_nodes[i] = (struct node){get((i + 1) % 4), i};
    int sum = loop(argc + 3) + argument(get(1), argc) + argument(get(2), argc + 1) + jump(argc);
    MEMSCOPE struct node *filled;
    struct list list = {NULL};
    fill(&filled, &list);
    fill(&filled, &list); /* the same again: not lost */
    filled = NULL;        /* lost */
    list.first = NULL;    /* lost */
    head = get(0);
    for (int i = 0; i < 2; i++)
        head = head->next; /* lost */
    MEMSCOPE struct node *moving = get(0);
    moving++;
    moving += argc;
    return sum + moving->value + head->value == 4 + 1 + 3 + 3 + 2 + 2 ? 0 : sum;
}
