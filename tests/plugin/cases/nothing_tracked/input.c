/* SPDX-License-Identifier: MIT */
/* Without annotations the object is the one that is made without the plugin. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
    struct node *next;
    char name[];
};

static struct node *make(const char *name) {
    struct node *node = malloc(sizeof *node + strlen(name) + 1);
    if (node == NULL)
        abort();
    node->next = NULL;
    strcpy(node->name, name);
    return node;
}

int main(int argc, char **argv) {
    struct node *list = NULL;
    for (int i = 0; i < argc; i++) {
        struct node *node = make(argv[i]);
        node->next = list;
        list = node;
    }
    for (struct node *node = list; node != NULL; node = node->next)
        puts(node->name);
    return 0;
}
