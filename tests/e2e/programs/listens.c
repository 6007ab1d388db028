/* SPDX-License-Identifier: MIT */
/* Makes 100 blocks for each byte that it reads, and says so with a dot. */
#include <stdlib.h>
#include <unistd.h>

struct node {
    struct node *next;
    char bytes[40];
};

static struct node *s_list;

int main(void) {
    char byte;
    while (read(STDIN_FILENO, &byte, 1) == 1) {
        for (int i = 0; i < 100; i++) {
            struct node *node = malloc(sizeof(*node));
            node->next = s_list;
            s_list = node;
        }
        if (write(STDOUT_FILENO, ".", 1) != 1)
            return 1;
    }
    return 0;
}
