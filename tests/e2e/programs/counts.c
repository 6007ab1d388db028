/* SPDX-License-Identifier: MIT */
/* Makes COUNT nodes in a list, frees all but KEEP of them and ends in the given WAY. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct node {
    struct node *next;
    long values[5];
};

static struct node *s_head;

static __attribute__((noipa)) void push(void) {
    struct node *node = malloc(sizeof *node); /* node */
    node->next = s_head;
    s_head = node;
}

static __attribute__((noipa)) void pop(void) {
    struct node *node = s_head;
    s_head = node->next;
    free(node);
}

static void end(const char *way) {
    if (strncmp(way, "return=", 7) == 0)
        exit(atoi(way + 7));
    if (strncmp(way, "_exit=", 6) == 0)
        _exit(atoi(way + 6));
    if (strcmp(way, "quick_exit") == 0)
        quick_exit(5);
    if (strcmp(way, "abort") == 0)
        abort();
    if (strcmp(way, "kill") == 0)
        raise(SIGKILL);
    if (strcmp(way, "crash") == 0)
        *(volatile int *)16 = 1;
    if (strcmp(way, "exec") == 0)
        execl("/bin/true", "true", (char *)NULL);
    if (strcmp(way, "wait") == 0)
        for (;;)
            pause();
    _exit(99);
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 98;
    long count = atol(argv[1]), keep = atol(argv[2]);
    for (long i = 0; i < count; i++)
        push();
    for (long i = keep; i < count; i++)
        pop();
    if (write(1, "ready\n", 6) != 6)
        return 97;
    end(argv[3]);
    return 0;
}
