/* SPDX-License-Identifier: MIT */
/* Blocks whose last pointer goes out of scope, each of a type of its own. The marks name lines in
 * the tests. */
#include <stdlib.h>

#include <memscope.h>

#define TYPE(name)                                                                                 \
    struct name {                                                                                  \
        void *link;                                                                                \
        int value;                                                                                 \
    }
TYPE(by_end);
TYPE(by_return);
TYPE(by_inner_return);
TYPE(by_goto);
TYPE(by_break);
TYPE(by_continue);
TYPE(by_turn);
TYPE(by_case);
TYPE(by_loop);
TYPE(by_parameter);
TYPE(by_parameter_end);
TYPE(by_address);
TYPE(by_recursion);
TYPE(by_branches);
TYPE(by_block);
TYPE(by_inner);
TYPE(by_outer);
TYPE(returned);
TYPE(chosen);
TYPE(stored);
TYPE(borrowed);
TYPE(freed);
struct item {
    MEMSCOPE struct item *next;
    long value;
};

/* The compiler must not see that a block is not used. */
static void *volatile s_hide;
static __attribute__((noipa)) void *keep(void *block) {
    s_hide = block;
    return block;
}

static __attribute__((noipa)) void end(void) {
    MEMSCOPE struct by_end *p = keep(malloc(sizeof *p));
    keep(p);
} /* by_end */

static __attribute__((noipa)) int many(int n) {
    MEMSCOPE struct by_return *p = keep(malloc(sizeof *p));
    if (n == 0) {
        MEMSCOPE struct by_inner_return *inner = keep(malloc(sizeof *inner));
        free(keep(p));
        if (keep(inner) != NULL)
            return 1; /* by_inner_return */
        keep(NULL);
    }
    for (int i = 0; i < 3; i++) {
        MEMSCOPE struct by_turn *turn = keep(malloc(sizeof *turn));
        keep(turn);
        if (i < 0)
            break;
    } /* by_turn */
    while (n > 0) {
        MEMSCOPE struct by_break *broken = keep(malloc(sizeof *broken));
        if (keep(broken) == NULL)
            keep(NULL);
        else
            break; /* by_break */
    }
    for (int i = 0; i < 2; i++) {
        MEMSCOPE struct by_continue *continued = keep(malloc(sizeof *continued));
        if (keep(continued) != NULL)
            continue; /* by_continue */
        keep(continued);
    }
    switch (n) {
    case 1: {
        MEMSCOPE struct by_case *chosen = keep(malloc(sizeof *chosen));
        keep(chosen);
        if (n == 1)
            break; /* by_case */
        keep(chosen);
        __attribute__((fallthrough));
    }
    default:
        keep(NULL);
    }
    for (MEMSCOPE struct by_loop *loop = keep(malloc(sizeof *loop)); n < 3; n += 2) /* by_loop */
        keep(loop);
    {
        MEMSCOPE struct by_block *block = keep(malloc(sizeof *block));
        keep(block);
    } /* by_block */
    {
        MEMSCOPE struct by_goto *jumped = keep(malloc(sizeof *jumped));
        if (keep(jumped) == NULL)
            keep(NULL);
        else
            goto out; /* by_goto */
    }
    keep(NULL);
out:
    keep(p);
    if (n == 3)
        return 2; /* by_return */
    return 3;
}

static __attribute__((noipa)) int parameter(MEMSCOPE struct by_parameter *given) {
    if (keep(given) != NULL)
        return 1; /* by_parameter */
    return 0;
}

static __attribute__((noipa)) void parameter_end(MEMSCOPE struct by_parameter_end *given) {
    if (keep(given) == NULL) {
        keep(NULL);
    }
} /* by_parameter_end */

/* GCC makes loops of these at -O2, and it must stay so. */
static long depth(MEMSCOPE struct by_recursion *deep, long n) {
    keep(deep);
    if (n == 0)
        return 1; /* by_recursion */
    return depth(deep, n - 1);
}

static void branches(MEMSCOPE struct by_branches *deep, long n) {
    if (n > 0) {
        keep(deep);
        branches(deep, n - 1);
    } else {
        keep(deep);
    }
} /* by_branches */

static __attribute__((noipa)) void fill(struct by_address **out) {
    *out = keep(malloc(sizeof **out));
}

static __attribute__((noipa)) void address(void) {
    MEMSCOPE struct by_address *filled;
    fill(&filled);
} /* by_address */

static __attribute__((noipa)) struct returned *get_returned(void) {
    MEMSCOPE struct returned *p = keep(malloc(sizeof *p));
    keep(p);
    return p;
}

static __attribute__((noipa)) struct chosen *choose(MEMSCOPE struct chosen *a, int n) {
    MEMSCOPE struct chosen *b = n > 0 ? a : NULL;
    return keep(b) != NULL ? b : a;
}

static MEMSCOPE struct stored *s_stored;
static __attribute__((noipa)) void store(void) {
    MEMSCOPE struct stored *p = keep(malloc(sizeof *p));
    s_stored = p;
}

static MEMSCOPE struct borrowed *s_borrowed;
static __attribute__((noipa)) void show(MEMSCOPE struct borrowed *argument) {
    MEMSCOPE struct borrowed *copy = argument;
    keep(copy);
}

/* The variable is in the frame of both functions. */
static __attribute__((noipa)) void outer(void) {
    MEMSCOPE struct by_inner *in_inner = keep(malloc(sizeof *in_inner));
    MEMSCOPE struct by_outer *in_outer = NULL;
    void inner(void) {
        in_inner = NULL; /* by_inner */
        in_outer = keep(malloc(sizeof *in_outer));
    }
    inner();
} /* by_outer */

/* Two iterators borrow what the members hold. */
static MEMSCOPE struct item *s_items;
static __attribute__((noipa)) void iterate(void) {
    for (int i = 0; i < 3; i++) {
        struct item *item = keep(malloc(sizeof *item));
        item->next = s_items;
        s_items = item;
    }
    MEMSCOPE struct item *next;
    for (MEMSCOPE struct item *at = s_items; at != NULL; at = next) {
        next = at->next;
        MEMSCOPE struct item *again = next;
        keep(again);
    }
    keep(next = NULL);
}

static __attribute__((noipa)) void free_it(void) {
    MEMSCOPE struct freed *p = keep(malloc(sizeof *p));
    free(keep(p));
}

int main(int argc, char **argv) {
    end();
    many(0);
    many(1);
    parameter(keep(malloc(sizeof(struct by_parameter))));
    parameter_end(keep(malloc(sizeof(struct by_parameter_end))));
    depth(keep(malloc(sizeof(struct by_recursion))), argc > 1 ? atol(argv[1]) : 10);
    branches(keep(malloc(sizeof(struct by_branches))), argc > 1 ? atol(argv[1]) : 10);
    address();
    keep(get_returned());
    static MEMSCOPE struct chosen *chosen;
    chosen = choose(choose(keep(malloc(sizeof *chosen)), 1), 0);
    store();
    s_borrowed = keep(malloc(sizeof *s_borrowed));
    show(s_borrowed);
    outer();
    iterate();
    free_it();
    return 0;
}
