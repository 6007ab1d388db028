/* SPDX-License-Identifier: MIT */
/* Types of the program that the tests of symbols read. They have them too: what their own compiler
 * says of sizes and offsets is what the debug information must say. */
#ifndef MS_TESTS_SYMBOLS_SUBJECT_H
#define MS_TESTS_SYMBOLS_SUBJECT_H

#include <stdbool.h>

struct node {
    char tag;
    struct node *next;
    int a, b[3];
    short s;
    double d;
    char tail;
};

typedef struct node node_t;
typedef struct node *node_ptr;
typedef char *text_t;
typedef const node_ptr *const node_ptr_ptr;

typedef struct {
    int x;
    union {
        int i;
        double d;
    };
    char c;
    struct {
        char q;
        int r;
    } in;
} nameless_t;

union either {
    char c[5];
    int i;
};

enum color { RED, GREEN };

struct bits {
    unsigned a : 3, b : 5, c : 9;
    char d;
    int e : 20;
    long long f;
    unsigned g : 1;
};

struct __attribute__((packed)) packed {
    char c;
    int i;
    long l;
};

struct __attribute__((packed)) packed_end {
    int i;
    char c;
};

struct __attribute__((packed)) packed_even {
    char c;
    int i;
    char d[3];
};

/* Complete in symbols_subject_later.c alone. */
typedef struct later *later_ptr;

struct flexible {
    int n;
    char c;
    char data[];
};

struct aligned {
    char c;
    int x __attribute__((aligned(32)));
};

struct full {
    char *p;
    long l[2];
};

struct empty {};

typedef int vector_t __attribute__((vector_size(16)));

struct spelled {
    void (*function)(int, const char *const *, ...);
    int (*functions[4])(void);
    int (*(*chain)(void))[3];
    const char *const name;
    volatile int v;
    char matrix[3][5];
    _Bool ok;
    unsigned long ul;
    signed char sc;
    unsigned short us;
    long long ll;
    long double ld;
    enum color color;
    void *restrict where;
    int (*row)[7];
    struct node nodes[2];
    const void *cv;
    vector_t vector;
    node_t *typedefed;
    union either *either;
    struct incomplete *incomplete;
    char *const fixed;
    int *volatile *moving;
    struct {
        int deep;
    } inner;
};

#endif
