/* SPDX-License-Identifier: MIT */
/*
 * leak_set CASE: blocks that are lost, or not, in one of the ways that leak finders tell apart. The
 * sizes of each case are its own. `leak_set list` prints the cases.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "leak_block.h"

struct node {
    struct node *next;
    struct node *other;
    char room[40];
};

static void *volatile g_global;
static struct node *volatile g_list;
static _Thread_local void *volatile t_local;
static int s_ready[2];

static struct node *make_list(int length) {
    struct node *list = NULL;
    for (int i = 0; i < length; i++) {
        struct node *node = make(sizeof(*node));
        node->next = list;
        list = node;
    }
    return list;
}

__attribute__((noinline, noclone)) static void lost(void) {
    make(24);
    make(1000);
    make(300000);
}

static void none(void) {
    free(make(100));
}

static void global(void) {
    g_global = make(100);
}

static void chain(void) {
    make_list(1);
    make_list(20);
}

static void reachable_chain(void) {
    g_list = make_list(20);
}

static void long_chain(void) {
    make_list(100000);
}

static void circle(void) {
    struct node *first = make(sizeof(*first)), *second = make(sizeof(*first));
    first->next = second;
    second->next = first;
    struct node *alone = make(sizeof(*alone));
    alone->next = alone;
}

static void tree(void) {
    struct node *root = make(sizeof(*root));
    root->next = make(sizeof(*root));
    root->other = make(sizeof(*root));
    root->next->next = root->other;
}

static void interior(void) {
    char *block = make(200);
    g_global = block + 100;
}

static void interior_chain(void) {
    struct node *list = make_list(2);
    g_global = &list->other;
}

static void behind(void) { /* one byte beyond is another block's */
    char *block = make(120);
    g_global = block + 120;
}

static void tagged(void) { /* no pointer, as far as anybody can tell */
    g_global = (void *)((unsigned long)make(72) ^ 0x5a5a000000000000ul);
}

static void in_block(void) {
    void **holder = make(64);
    holder[3] = make(80);
    g_global = holder;
}

static void freed_holder(void) {       /* what was in a block that is freed counts no more */
    void *volatile *holder = make(64); /* else the store is left out */
    holder[5] = make(96);
    free((void *)holder);
}

static void thread_local_one(void) {
    t_local = make(100);
}

static void overwritten(void) {
    g_global = make(112);
    g_global = make(176);
}

static void large(void) {
    char **block = make(3 << 20);
    block[100000] = make(88);
    g_global = block;
    block = make(2 << 20);
    block[200000] = make(104);
}

static void shared_end(void) { /* a reachable block and a lost one lead to the same */
    struct node *end = make(sizeof(*end)), *lost_one = make(sizeof(*end));
    g_list = make(sizeof(*end));
    g_list->next = end;
    lost_one->next = end;
}

static void *hold(void *data) {
    void *volatile block = make(150);
    t_local = make(160);
    if (write(s_ready[1], "", 1) != 1)
        abort();
    while (data == NULL)
        pause();
    return block;
}

static void of_thread(void) { /* on the stack and in the storage of a thread that runs */
    pthread_t thread;
    char byte;
    if (pipe(s_ready) != 0 || pthread_create(&thread, NULL, hold, NULL) != 0 ||
        read(s_ready[0], &byte, 1) != 1)
        abort();
}

static void *leave(void *data) {
    volatile struct node *mine = make(sizeof(*mine));
    t_local = make(136);
    mine->next = NULL;
    return data;
}

static void of_dead_thread(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, leave, NULL) != 0 || pthread_join(thread, NULL) != 0)
        abort();
    free(make(8)); /* what pthread_create made is not the newest block */
}

static void of_dead_thread_newest(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, leave, NULL) != 0 || pthread_join(thread, NULL) != 0)
        abort();
}

#define CASES(X)                                                                                   \
    X(lost)                                                                                        \
    X(none)                                                                                        \
    X(global)                                                                                      \
    X(chain)                                                                                       \
    X(reachable_chain)                                                                             \
    X(long_chain)                                                                                  \
    X(circle)                                                                                      \
    X(tree)                                                                                        \
    X(interior)                                                                                    \
    X(interior_chain)                                                                              \
    X(behind)                                                                                      \
    X(tagged)                                                                                      \
    X(in_block)                                                                                    \
    X(freed_holder)                                                                                \
    X(thread_local_one)                                                                            \
    X(overwritten)                                                                                 \
    X(large)                                                                                       \
    X(shared_end)                                                                                  \
    X(of_thread)                                                                                   \
    X(of_dead_thread)                                                                              \
    X(of_dead_thread_newest)

static const struct {
    const char *name;
    void (*run)(void);
} s_cases[] = {
#define X(name) {#name, name},
    CASES(X)
#undef X
};

int main(int argc, char **argv) {
    for (size_t i = 0; argc > 1 && i < sizeof(s_cases) / sizeof(s_cases[0]); i++) {
        if (strcmp(argv[1], "list") == 0) {
            dprintf(STDOUT_FILENO, "%s\n", s_cases[i].name);
        } else if (strcmp(argv[1], s_cases[i].name) == 0) {
            s_cases[i].run();
            wipe();
            exit(0); /* main's frame is there while it is looked */
        }
    }
    return argc > 1 && strcmp(argv[1], "list") == 0 ? 0 : 2;
}
