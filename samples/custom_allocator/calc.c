/* SPDX-License-Identifier: MIT */
/*
 * calc: a calculator. Each line of standard input is "EXPRESSION", whose value it prints, or "NAME
 * = EXPRESSION".
 *
 * It has two allocators of its own: the nodes of a line's syntax tree come from an arena, which is
 * reset behind the line; variables come from a pool of equal pieces.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLAB = 64 * 1024, LONGEST_NAME = 15, LONGEST_LINE = 1000 };

static void *or_end(void *block) {
    if (block == NULL) {
        fputs("calc: out of memory\n", stderr);
        exit(2);
    }
    return block;
}

/* ---- the allocators: their attributes say all that memscope has to know ---- */

struct arena {
    char *slab;
    size_t used;
};

__attribute__((malloc, alloc_size(2))) static void *arena_alloc(struct arena *arena, size_t size) {
    size = (size + 15) / 16 * 16;
    if (arena->used + size > SLAB) {
        fputs("calc: the line is too long\n", stderr);
        exit(2);
    }
    void *block = arena->slab + arena->used;
    arena->used += size;
    return block;
}

/* All that came from it is gone. No attribute says so: see -fplugin-arg-memscope-dealloc in
 * README.md. */
static void arena_reset(struct arena *arena) {
    arena->used = 0;
}

struct variable {
    struct variable *next;
    double value;
    char name[LONGEST_NAME + 1];
};

struct pool {
    char *slab;
    size_t used;
    struct variable *freed;
};

static void pool_free(struct pool *pool, struct variable *variable) {
    variable->next = pool->freed;
    pool->freed = variable;
}

__attribute__((malloc, malloc(pool_free, 2))) static struct variable *
pool_alloc(struct pool *pool) {
    struct variable *variable = pool->freed;
    if (variable != NULL) {
        pool->freed = variable->next;
        return variable;
    }
    if (pool->used + sizeof(*variable) > SLAB) {
        fputs("calc: too many variables\n", stderr);
        exit(2);
    }
    variable = (struct variable *)(pool->slab + pool->used);
    pool->used += sizeof(*variable);
    return variable;
}

/* ---- the calculator ---- */

struct node {
    char operation; /* or '#': a number */
    double number;
    struct node *left, *right;
};

static struct arena s_arena;
static struct pool s_pool;
static struct variable *s_variables;
static const char *s_at; /* in the line */

static struct node *sum(void);

static struct variable **find(const char *name) {
    struct variable **place = &s_variables;
    while (*place != NULL && strcmp((*place)->name, name) != 0)
        place = &(*place)->next;
    return place;
}

/* The name at TEXT, for the caller up to the next reset. */
static char *name_at(const char *text) {
    size_t length = 0;
    while (isalpha((unsigned char)text[length]) && length < LONGEST_NAME)
        length++;
    char *name = arena_alloc(&s_arena, length + 1);
    memcpy(name, text, length);
    name[length] = '\0';
    return name;
}

static struct node *make(char operation, struct node *left, struct node *right) {
    struct node *node = arena_alloc(&s_arena, sizeof(*node));
    *node = (struct node){.operation = operation, .left = left, .right = right};
    return node;
}

static char next(void) {
    while (isspace((unsigned char)*s_at))
        s_at++;
    return *s_at;
}

static struct node *operand(void) {
    if (next() == '(') {
        s_at++;
        struct node *inner = sum();
        s_at += next() == ')';
        return inner;
    }
    struct node *node = make('#', NULL, NULL);
    if (isalpha((unsigned char)*s_at)) {
        char *name = name_at(s_at);
        s_at += strlen(name);
        node->number = *find(name) != NULL ? (*find(name))->value : 0;
    } else {
        char *end;
        node->number = strtod(s_at, &end);
        s_at = end;
    }
    return node;
}

static struct node *product(void) {
    struct node *left = operand();
    while (next() == '*' || *s_at == '/') {
        char operation = *s_at++;
        left = make(operation, left, operand());
    }
    return left;
}

static struct node *sum(void) {
    struct node *left = product();
    while (next() == '+' || *s_at == '-') {
        char operation = *s_at++;
        left = make(operation, left, product());
    }
    return left;
}

static double value_of(const struct node *node) {
    if (node->operation == '#')
        return node->number;
    double left = value_of(node->left), right = value_of(node->right);
    switch (node->operation) {
    case '+':
        return left + right;
    case '-':
        return left - right;
    case '*':
        return left * right;
    default:
        return left / right;
    }
}

static void set(const char *name, double value) {
    struct variable **place = find(name);
    if (*place == NULL) {
        *place = pool_alloc(&s_pool);
        (*place)->next = NULL;
        strcpy((*place)->name, name);
    }
    (*place)->value = value;
}

int main(void) {
    s_arena.slab = or_end(malloc(SLAB));
    s_pool.slab = or_end(malloc(SLAB));
    for (char line[LONGEST_LINE]; fgets(line, sizeof(line), stdin) != NULL; arena_reset(&s_arena)) {
        char *equals = strchr(line, '=');
        s_at = equals != NULL ? equals + 1 : line;
        double value = value_of(sum());
        if (equals != NULL)
            set(name_at(line), value);
        else
            printf("%g\n", value);
    }
    while (s_variables != NULL) {
        struct variable *variable = s_variables;
        s_variables = variable->next;
        pool_free(&s_pool, variable);
    }
    free(s_arena.slab);
    free(s_pool.slab);
    return 0;
}
