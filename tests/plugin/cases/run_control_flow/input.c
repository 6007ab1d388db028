/* SPDX-License-Identifier: MIT */
/* Calls that end their basic block: setjmp, cleanups with exceptions, statement expressions,
 * computed goto, nested functions, noreturn. */
#include <setjmp.h>
#include <stdlib.h>

struct node {
    int value;
};

void *wrapper(size_t n);
static jmp_buf s_back;

static void release(struct node **node) {
    free(*node);
}

__attribute__((noreturn)) void give_up(void) {
    longjmp(s_back, 1);
}

int with_setjmp(void) {
    struct node *volatile kept = NULL;
    if (setjmp(s_back) == 0) {
        struct node *node = wrapper(sizeof *node);
        kept = node;
        give_up();
    }
    struct node *after = wrapper(sizeof *after);
    free(kept);
    free(after);
    return 0;
}

int with_cleanup(void) {
    __attribute__((cleanup(release))) struct node *node = wrapper(sizeof *node);
    node->value = 1;
    return node->value - 1;
}

int with_expression(void) {
    struct node *node = ({
        void *p = wrapper(sizeof *node);
        p;
    });
    free(node);
    return 0;
}

int with_goto(int n) {
    void *ways[] = {&&first, &&second};
    short *numbers = NULL;
    goto *ways[n];
first:
    numbers = wrapper(4);
second:
    free(numbers);
    return 0;
}

int with_nested(void) {
    long *numbers;
    void fill(void) {
        numbers = wrapper(sizeof(long));
    }
    fill();
    free(numbers);
    return 0;
}

int with_switch(int n) {
    void *p;
    switch (n) {
    case 0:
        p = wrapper(1);
        break;
    default:
        p = calloc(2, sizeof(float));
    }
    float *numbers = p;
    free(numbers);
    return 0;
}

int main(void) {
    return with_setjmp() + with_cleanup() + with_expression() + with_goto(0) + with_goto(1) +
           with_nested() + with_switch(0) + with_switch(1);
}
