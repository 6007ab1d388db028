/* SPDX-License-Identifier: MIT */
/* Where annotated variables go out of scope: one loss on each way out, at the statement that
 * leaves, else at the closing brace. */
#include <memscope.h>
#include <setjmp.h>
#include <stdlib.h>

struct node {
    struct node *next;
    int v;
};
struct node *find(int);
void use(void *);
int chance(void);
void fill(struct node **);
static jmp_buf buffer;
void end(void) {
    MEMSCOPE struct node *p = find(1);
    use(p);
}
int ret(MEMSCOPE struct node *given) {
    MEMSCOPE struct node *p = find(1);
    if (chance())
        return 1;
    for (int i = 0; i < 3; i++) {
        MEMSCOPE struct node *q = find(1);
        if (q->v == 3)
            break;
        if (q->v == 4)
            continue;
        if (q->v == 5)
            goto out;
        use(q);
    }
    for (MEMSCOPE struct node *l = given; l; l = l->next)
        use(l);
out:
    use(p);
    return p->v;
}
struct node *get(void) {
    MEMSCOPE struct node *p = find(1);
    switch (chance()) {
    case 1: {
        MEMSCOPE struct node *q = find(2);
        use(q);
        __attribute__((fallthrough));
    }
    case 2:
        return p;
    case 3: {
        MEMSCOPE struct node *q = find(2);
        use(q);
        if (chance())
            break;
        else
            return find(3);
    }
    default:
        use(0);
    }
    return NULL;
}
void walk(MEMSCOPE struct node *l) {
    if (l) {
        use(l);
        walk(l->next);
    }
}
/* The value of a statement expression stays its value. */
int value(void) {
    int x = ({
        MEMSCOPE struct node *q = find(2);
        use(q);
        q->v;
    });
    struct node *n;
    MEMSCOPE struct node *f;
    fill(&f);
    n = ({
        MEMSCOPE struct node *q = find(2);
        if (!q)
            return 0;
        q;
    });
    use(n);
    return x;
}

/* Nested functions have ways out of their own; one variable lives in the frame of both. */
int nested(MEMSCOPE struct node *given) {
    MEMSCOPE struct node *shared = given->next;
    int inner(MEMSCOPE struct node * argument) {
        if (chance())
            return shared->v;
        shared = argument;
        return 0;
    }
    return inner(given);
}

/* No code where GCC would warn about what setjmp clobbers. */
int jumps(MEMSCOPE struct node *given) {
    if (setjmp(buffer))
        return 1;
    use(given);
    return 0;
}

/* Macros: the braces that are written. */
#define USE(p)                                                                                     \
    do {                                                                                           \
        use(p);                                                                                    \
    } while (0)
void macros(MEMSCOPE struct node *given) {
    if (given) {
        MEMSCOPE struct node *p = find(1);
        USE(p);
    }
    char brace = '}'; /* } */
    use(&brace);
}
