/* SPDX-License-Identifier: MIT */
/* A block of each shape that a struct may have: what `memscope layout` says of them is compared
 * with what pahole says, and the orders it proposes are compiled. */
#include <stdlib.h>

struct inner {
    int i;
    char c;
};

struct conn {
    char state;
    void *buffer;
    char flags;
    long id;
    short port;
};

struct bits {
    char a;
    unsigned b : 3, c : 5, d : 9;
    long e;
    int f : 20;
    char g;
    long long h : 40;
    _Bool i : 1;
};

struct bits_apart {
    unsigned a : 3;
    unsigned : 0;
    unsigned b : 5;
    char c;
    double d;
    char e;
};

struct flexible {
    char kind;
    long length;
    char mark;
    char data[];
};

struct old_flexible {
    char kind;
    long length;
    char mark;
    char data[1];
};

struct __attribute__((packed)) packed {
    char a;
    long b;
    char c;
};

struct with_packed {
    char a;
    struct packed p;
    long b;
    char c;
};

struct aligned {
    char a;
    int b __attribute__((aligned(32)));
    char c;
    long d;
};

struct __attribute__((aligned(64))) line {
    char a;
    long b[7];
    char c;
    int d;
};

struct nested {
    char a;
    struct inner in;
    char b;
    long c;
    struct inner more[3];
    char d;
};

struct derived {
    struct inner base;
    char a;
    long b;
    char c;
};

struct nameless {
    char a;
    union {
        double d;
        char c;
    };
    char b;
    struct {
        char x;
        short y;
    } in;
    struct {
        int deep;
        char deeper;
    };
};

struct wide {
    char a;
    long double b;
    char c;
    char text[60];
    long d;
    int e[3];
};

struct tight {
    void (*a)(int);
    int b, c;
};

union either {
    char text[5];
    int number;
};

/* Of any number of bytes it could be an array. */
struct text {
    char bytes[1];
};

typedef struct {
    char a;
    int b;
    char c;
} nameless_t;

typedef struct conn conn_t;

#define SHAPES(X)                                                                                  \
    X(struct conn)                                                                                 \
    X(struct bits)                                                                                 \
    X(struct bits_apart)                                                                           \
    X(struct packed)                                                                               \
    X(struct with_packed)                                                                          \
    X(struct aligned)                                                                              \
    X(struct line)                                                                                 \
    X(struct nested)                                                                               \
    X(struct derived)                                                                              \
    X(struct nameless)                                                                             \
    X(struct wide)                                                                                 \
    X(struct tight)                                                                                \
    X(union either)                                                                                \
    X(nameless_t)                                                                                  \
    X(conn_t)

int main(void) {
    int failed = 0;
#define X(type)                                                                                    \
    {                                                                                              \
        type *p = malloc(3 * sizeof(type));                                                        \
        failed |= p == NULL;                                                                       \
    }
    SHAPES(X)
#undef X
    struct flexible *flexible = malloc(sizeof(*flexible) + 100);
    struct text *text = malloc(100);
    struct old_flexible *old = malloc(sizeof(*old) + 100);
    free(malloc(sizeof(struct inner)));
    return failed || flexible == NULL || old == NULL || text == NULL;
}
