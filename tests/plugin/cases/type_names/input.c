/* SPDX-License-Identifier: MIT */
/* Types are spelled as the programmer wrote them. */
#include <stdint.h>
#include <stdlib.h>

struct node {
    struct node *next;
    int value;
};
typedef struct node node_t;
typedef struct {
    double x, y;
} point;
union number {
    long l;
    double d;
};
enum color { RED, GREEN };
typedef char *sds;
typedef unsigned char byte;
typedef struct node *node_ptr;
typedef void (*callback)(int);
typedef int matrix[4][4];
struct opaque;

static volatile uintptr_t s_sink;
#define use(p) (s_sink = (uintptr_t)(p))

void spell(size_t n) {
    struct node *tagged = malloc(sizeof *tagged);
    node_t *by_typedef = malloc(sizeof *by_typedef);
    const node_t *constant = malloc(sizeof *constant);
    volatile struct node *vol = malloc(sizeof *vol);
    point *nameless = malloc(sizeof *nameless);
    union number *number = malloc(sizeof *number);
    enum color *colors = malloc(n);
    sds string = malloc(n);
    byte *bytes = malloc(n);
    uint8_t *octets = malloc(n);
    node_ptr pointed = malloc(sizeof *pointed);
    struct node **pointers = malloc(n);
    node_t **typedef_pointers = malloc(n);
    sds *strings = malloc(n);
    const char **names = malloc(n);
    callback *callbacks = malloc(n);
    void (**functions)(int) = malloc(n);
    int (**more)(const char *, ...) = malloc(n);
    int(*rows)[16] = malloc(n);
    int(*vla)[n] = malloc(n);
    matrix *matrices = malloc(n);
    unsigned long *longs = malloc(n);
    unsigned short *shorts = malloc(n);
    long long *wide = malloc(n);
    size_t *sizes = malloc(n);
    long double *reals = malloc(n);
    _Bool *flags = malloc(n);
    struct opaque *opaque = malloc(n);
    struct {
        int inner;
    } *anonymous = malloc(sizeof *anonymous);
    char *characters = malloc(n);
    _Complex double *complex = malloc(n);
    void **untyped = malloc(n);
    use(tagged), use(by_typedef), use(constant), use(vol), use(nameless), use(number), use(colors);
    use(string), use(bytes), use(octets), use(pointed), use(pointers), use(typedef_pointers);
    use(strings), use(names), use(callbacks), use(functions), use(more), use(rows), use(vla);
    use(matrices), use(longs), use(shorts), use(wide), use(sizes), use(reals), use(flags);
    use(opaque), use(anonymous), use(characters), use(complex), use(untyped);
}
