/* SPDX-License-Identifier: MIT */
/* The ends of scopes of annotated variables, where GCC warns about how they are reached or used. */
#pragma GCC diagnostic ignored "-Wattributes" /* without the plugin */
#include <stdlib.h>

#define MEMSCOPE __attribute__((memscope))
struct node {
    struct node *next;
    int v;
};
struct node *find(int);
void use(void *);
int chance(void);
void fill(struct node **);

int falls_through(int x) {
    switch (x) {
    case 1: {
        MEMSCOPE struct node *q = find(2);
        use(q);
    }
    case 2: {
        MEMSCOPE struct node *q = find(2);
        if (chance())
            use(q);
    }
    case 3: {
        MEMSCOPE struct node *q = find(2);
        for (;;) {
            use(q);
            if (chance())
                return 1;
        }
    }
    case 4: {
        MEMSCOPE struct node *q = find(2);
        while (1) {
            use(q);
            if (chance())
                break;
        }
    }
    case 5: {
        MEMSCOPE struct node *q = find(2);
        while (chance()) {
            use(q);
        }
    }
    case 6: {
        MEMSCOPE struct node *q = find(2);
        if (chance()) {
            use(q);
            return 3;
        } else if (chance())
            break;
        else
            abort();
    }
    case 7: {
        MEMSCOPE struct node *q = find(2);
        if (chance()) {
            use(q);
            return 3;
        } else if (chance())
            break;
        else
            use(q);
    }
    case 8: {
        MEMSCOPE struct node *q = find(2);
        use(q);
        /* fall through */
    }
    case 9: {
        MEMSCOPE struct node *q = find(2);
        q->v = 2;
        {
            int x;
            fill(&q);
            use(&x);
        }
    }
    case 10: {
        MEMSCOPE struct node *q = find(2);
        do {
            fill(&q);
            return 3;
        } while (0);
    }
    case 11: {
        MEMSCOPE struct node *q = find(2);
        use(q);
        switch (q->v) {
        case 1:
            return 3;
        default:
            return 4;
        }
    }
    case 12: {
        MEMSCOPE struct node *q = find(2);
        use(q);
        int v = q->v;
        v++;
        ;
    }
    default:
        use(0);
    }
    return 3;
}
struct node *infinite(MEMSCOPE struct node *p) {
    for (;;) {
        use(p);
        if (chance())
            return p;
    }
}
struct node *no_value(MEMSCOPE struct node *p) {
    if (p)
        return p;
}

int uninitialized(int way) {
    MEMSCOPE struct node *p, *q;
    if (way)
        p = find(1);
    if (way > 1)
        return p->v;
    if (way > 2)
        goto out;
    use(q);
out:
    return 0;
}
struct node *dangling(int way) {
    MEMSCOPE struct node *p;
    {
        struct node n = {0};
        MEMSCOPE struct node *q = &n;
        p = q;
        use(p);
    }
    free(p);
    return way ? p : &(struct node){0};
}
void unused(MEMSCOPE struct node *given) {
    MEMSCOPE struct node *set = find(1);
    MEMSCOPE struct node *never;
    switch (chance()) {
        MEMSCOPE struct node *unreached;
        unreached = find(2);
        goto out;
    case 1:
        use(0);
    }
out:;
}
int after(MEMSCOPE struct node *given) {
    free(given);
    return given->v;
}
int forever(MEMSCOPE struct node *given) {
    while (1)
        use(given);
}
