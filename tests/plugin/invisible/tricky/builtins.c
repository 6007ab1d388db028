/* SPDX-License-Identifier: MIT */
/* All that GCC knows as allocation, results that are dropped, blocks that it optimizes away. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct box {
    int a, b[4];
};
struct flexible {
    size_t count;
    struct box boxes[];
};

void use(void *);
void *two(size_t, size_t) __attribute__((malloc, alloc_size(1, 2), alloc_align(1)));
void *mine(size_t) __attribute__((malloc(free, 1), returns_nonnull, warn_unused_result));
void *pure(int) __attribute__((pure));

int gone(void) {
    struct box *box = __builtin_malloc(sizeof *box);
    box->a = 3;
    int a = box->a;
    __builtin_free(box);
    (void)__builtin_calloc(3, 4);
    free(malloc(0));
    return a;
}

void stack(size_t count) {
    struct box *a = __builtin_alloca(sizeof *a * count);
    struct box *b = __builtin_alloca_with_align(sizeof *b, 256);
    struct box *c = __builtin_alloca_with_align_and_max(count, 64, 1024);
    use(a);
    use(b);
    use(c);
}

struct box *all(struct box *old, const char *text, size_t count) {
    struct box *a = __builtin_realloc(old, count * sizeof *a);
    struct box *b = __builtin_aligned_alloc(64, 128);
    struct box *c = two(64, sizeof *c);
    struct box *d = mine(sizeof *d);
    struct box *e = __builtin_assume_aligned(malloc(sizeof *e), 16);
    struct box *f = __builtin_memset(malloc(sizeof *f), 0, sizeof *f);
    struct box *g = pure(3);
    char *h = __builtin_strdup(text);
    char *i = __builtin_strndup(text, count);
    struct flexible *k = calloc(1, offsetof(struct flexible, boxes[count]));
    struct box *l = __builtin_expect_with_probability((long)malloc(20), 0, 0.1) ? a : b;
    struct box *m = (struct box *)(size_t)(unsigned)(size_t)malloc(sizeof *m);
    use(a), use(b), use(c), use(d), use(e), use(f), use(g), use(h), use(i), use(k), use(m);
    return __builtin_choose_expr(sizeof(long) == 8, l, "no");
}

void *forward(int way, ...) {
    return __builtin_apply((void (*)())malloc, __builtin_apply_args(), 64);
}

struct box tail(void) {
    return *(struct box *)memcpy(malloc(sizeof(struct box)), &(struct box){1, {2}},
                                 sizeof(struct box));
}

struct box *zero(void) {
    struct box *box = malloc(sizeof *box);
    memset(box, 0, sizeof *box);
    return box;
}
