/* SPDX-License-Identifier: MIT */
/* many_stacks LEVELS BLOCKS: 2^LEVELS call stacks, each with so many live blocks of three types. */
#include <stdlib.h>

struct leaf {
    long value;
};
struct node {
    struct node *left, *right;
    long value;
};
struct page {
    char bytes[200];
};

static void *volatile s_last;
static int s_blocks;

static __attribute__((noipa)) void left(unsigned path, int levels);
static __attribute__((noipa)) void right(unsigned path, int levels);

static __attribute__((noipa)) void make(unsigned path) {
    for (int i = 0; i < s_blocks; i++) {
        struct leaf *leaf;
        struct node *node;
        struct page *page;
        switch ((path + (unsigned)i) % 3) {
        case 0:
            leaf = malloc(sizeof *leaf);
            s_last = leaf;
            break;
        case 1:
            node = malloc(sizeof *node);
            s_last = node;
            break;
        default:
            page = malloc(sizeof *page);
            s_last = page;
        }
    }
}

static void descend(unsigned path, int levels) {
    if (levels == 0)
        make(path);
    else if (path & 1u << (levels - 1))
        left(path, levels - 1);
    else
        right(path, levels - 1);
    __asm__ volatile(""); /* no tail call */
}

static __attribute__((noipa)) void left(unsigned path, int levels) {
    descend(path, levels);
    __asm__ volatile("");
}

static __attribute__((noipa)) void right(unsigned path, int levels) {
    descend(path, levels);
    __asm__ volatile("");
}

int main(int argc, char **argv) {
    int levels = argc > 1 ? atoi(argv[1]) : 4;
    s_blocks = argc > 2 ? atoi(argv[2]) : 1;
    for (unsigned path = 0; path < 1u << levels; path++)
        descend(path, levels);
    return 0;
}
