/* SPDX-License-Identifier: MIT */
/* Blocks whose last pointer is overwritten, each of a type of its own. The marks name lines in the
 * tests. */
#include <stdlib.h>

#include <memscope.h>

#define TYPE(name)                                                                                 \
    struct name {                                                                                  \
        void *link;                                                                                \
        int value;                                                                                 \
    }
TYPE(by_local);
TYPE(by_global);
TYPE(by_static);
TYPE(by_thread);
TYPE(by_member);
TYPE(by_parameter);
TYPE(by_out_parameter);
TYPE(by_loop);
TYPE(by_null);
TYPE(by_branch);
TYPE(again);
TYPE(held);
TYPE(borrowed);
TYPE(moved);
TYPE(resized);
TYPE(returned);
TYPE(freed);
struct owner {
    int count;
    MEMSCOPE struct by_member *member;
};
struct item {
    MEMSCOPE struct item *next;
    long value;
};

MEMSCOPE struct by_global *g_global;
static MEMSCOPE struct by_static *s_static;
static _Thread_local MEMSCOPE struct by_thread *t_thread;
static MEMSCOPE struct held *s_held;
static MEMSCOPE struct borrowed *s_borrowed;
static MEMSCOPE struct again *s_again;

/* The compiler must not see that a block is not used. */
static void *volatile s_hide;
static __attribute__((noipa)) void *keep(void *block) {
    s_hide = block;
    return block;
}

static __attribute__((noipa)) void overwritten(int three) {
    MEMSCOPE struct by_local *local = keep(malloc(sizeof *local));
    local = keep(malloc(2 * sizeof *local)); /* by_local */
    free(local);
    MEMSCOPE struct by_null *null = keep(malloc(sizeof *null));
    null = NULL; /* by_null */
    keep(null);
    g_global = malloc(sizeof *g_global);
    g_global = NULL; /* by_global */
    s_static = malloc(sizeof *s_static);
    s_static = keep(NULL); /* by_static */
    t_thread = malloc(sizeof *t_thread);
    t_thread = NULL; /* by_thread */
    MEMSCOPE struct by_loop *loop = NULL;
    for (int i = 0; i < three; i++)
        loop = keep(malloc(sizeof *loop)); /* by_loop */
    free(loop);
    MEMSCOPE struct by_branch *branch = NULL;
    if (three == 3)
        branch = keep(malloc(sizeof *branch));
    else
        s_hide = &branch;
    branch = keep(NULL); /* by_branch */
    keep(branch);
}

static __attribute__((noipa)) void parameter(MEMSCOPE struct by_parameter *given) {
    given = keep(NULL); /* by_parameter */
    keep(given);
}

static __attribute__((noipa)) void fill(struct by_out_parameter **out) {
    *out = keep(malloc(sizeof **out));
}

static __attribute__((noipa)) void elsewhere(void) {
    MEMSCOPE struct by_out_parameter *filled;
    fill(&filled);
    fill(&filled); /* by_out_parameter */
    free(filled);
    struct owner owner = {0};
    owner.member = malloc(sizeof *owner.member);
    keep(&owner);
    owner.member = NULL; /* by_member */
    keep(&owner);
}

/* What is taken again, held to the end, only borrowed, moved, resized or freed is not lost. */
static __attribute__((noipa)) void show(MEMSCOPE struct borrowed *argument) {
    keep(argument);
    argument = NULL;
    keep(argument);
}

static __attribute__((noipa)) void not_lost(void) {
    MEMSCOPE struct again *first = keep(malloc(sizeof *first)), *copy = first;
    first = NULL;
    s_again = copy;
    s_held = keep(malloc(sizeof *s_held));
    s_borrowed = keep(malloc(sizeof *s_borrowed));
    show(s_borrowed);
    MEMSCOPE struct moved *moved = keep(malloc(4 * sizeof *moved));
    for (int i = 0; i < 3; i++)
        moved++;
    moved = moved + 0 * (keep(first) != NULL);
    keep(moved);
    static MEMSCOPE struct resized *resized;
    resized = keep(malloc(sizeof *resized));
    resized = keep(realloc(keep(resized), 100000));
    MEMSCOPE struct freed *freed = keep(malloc(sizeof *freed));
    free(freed);
    freed = NULL;
    keep(resized);
    keep(freed);
}

/* A member `next` that is overwritten while another one has the block; and one that is the last. */
static struct item *s_list;
static __attribute__((noipa)) void list(void) {
    for (int i = 0; i < 3; i++) {
        struct item *item = keep(malloc(sizeof *item));
        item->value = i;
        item->next = s_list;
        s_list = item;
    }
    struct item *added = keep(malloc(2 * sizeof *added));
    added->next = s_list->next;
    s_list->next = added;
    added->next->next = NULL; /* item */
}

int main(void) {
    overwritten(3);
    parameter(keep(malloc(sizeof(struct by_parameter))));
    elsewhere();
    not_lost();
    list();
    return 0;
}
