/* SPDX-License-Identifier: MIT */
/* Makes ten blocks for each byte that it reads, in one of two places that nothing but the stack
 * tells apart, and says so with a dot: a in one, b in the other. f frees one. */
#include <stdlib.h>
#include <unistd.h>

struct node {
    struct node *next;
    char bytes[24];
};

static struct node *s_list;

static void push(struct node *node) {
    node->next = s_list;
    s_list = node;
}

static void __attribute__((noinline)) make_a(void) {
    for (int i = 0; i < 10; i++) {
        struct node *node = malloc(sizeof(*node));
        push(node);
    }
}

static void __attribute__((noinline)) make_b(void) {
    for (int i = 0; i < 10; i++) {
        struct node *node = malloc(sizeof(*node));
        push(node);
    }
}

static void __attribute__((noinline)) free_one(void) {
    struct node *node = s_list;
    s_list = node->next;
    free(node);
}

int main(void) {
    char byte;
    while (read(STDIN_FILENO, &byte, 1) == 1) {
        if (byte == 'a')
            make_a();
        else if (byte == 'b')
            make_b();
        else
            free_one();
        if (write(STDOUT_FILENO, ".", 1) != 1)
            return 1;
    }
    return 0;
}
