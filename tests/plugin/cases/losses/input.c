/* SPDX-License-Identifier: MIT */
/* What annotated variables hold is told when they are overwritten, but for first values; and
 * GCC warns of nothing that we look at (all warnings are errors here). */
#include <memscope.h>
#include <setjmp.h>
#include <stdlib.h>

struct node {
    struct node *next;
    int value;
};
struct list {
    MEMSCOPE struct node *first;
    MEMSCOPE struct node *volatile last;
};

MEMSCOPE struct node *head;

void use(struct node *node);
void fill(struct node **out);
void *find(void);
int chance(void);

/* first values: no loss */
void first(void) {
    MEMSCOPE struct node *one = find();
    MEMSCOPE struct node *two;
    if (chance())
        two = find();
    else
        two = NULL;
    MEMSCOPE struct node *in_memory = find();
    use(one);
    use(two);
    fill(&in_memory); /* loss */
    for (int i = 0; i < 3; i++) {
        MEMSCOPE struct node *each = find();
        fill(&each); /* loss */
        use(each);
    }
}

/* overwritten: all are losses */
void again(MEMSCOPE struct node *given, struct list *list) {
    given = given->next;
    use(given);
    given = NULL;
    list->first = NULL;
    list->last = find();
    list->first = malloc(sizeof *list->first);
    *list = (struct list){0}; /* the whole struct */
    use(given);
}

/* Freed, resized: the old value is looked at all the same. */
void freed(void) {
    MEMSCOPE struct node *node = malloc(sizeof *node);
    use(node);
    free(node);
    node = NULL;                     /* loss */
    node = malloc(2 * sizeof *node); /* loss */
    struct node *grown = realloc(node, 3 * sizeof *node);
    if (grown == NULL)
        free(node);
    else
        node = grown; /* loss */
    use(node);
    free(grown);
}

/* A pointer to what is gone. */
void dangling(void) {
    MEMSCOPE struct node *node;
    {
        struct node inner = {0};
        node = &inner;
        use(node);
    }
    node = find(); /* loss */
    use(node);
}

/* Its address is known, but it has nothing yet. */
struct node **address(void) {
    MEMSCOPE struct node *node;
    struct node **out = &node;
    node = find(); /* loss */
    use(*out);
    return NULL;
}

/* Sometimes without a value: no warning. */
void perhaps(int n) {
    MEMSCOPE struct node *node;
    for (int i = 0; i < n; i++) {
        if (i > 2)
            use(node = find()); /* loss */
    }
}

/* A member of what was just made. */
void made(void) {
    struct list *list = malloc(sizeof *list);
    list->first = find(); /* loss: nobody knows that there is nothing */
    use(list->first);
    free(list);
}

static jmp_buf s_buffer;
void jumps(int n) {
    MEMSCOPE struct node *volatile kept = find();
    MEMSCOPE struct node *node = NULL;
    if (setjmp(s_buffer) == 0) {
        node = find(); /* loss */
        kept = find(); /* loss */
        use(node);
    } else {
        kept = NULL; /* loss */
    }
    use(kept);
    static void *const labels[] = {&&one, &&two};
    goto *labels[n & 1];
one:
    head = find(); /* loss */
two:
    head = NULL; /* loss */
}

/* Moving inside of a block is no loss. */
int moving(MEMSCOPE const char *text) {
    int n = 0;
    while (*text++ != '\0')
        n++;
    text = text - n;
    return n + *text;
}

int nested(MEMSCOPE struct node *node) {
    int inner(void) {
        node = node->next; /* loss */
        return node->value;
    }
    return inner() + inner();
}
