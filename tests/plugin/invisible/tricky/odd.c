/* SPDX-License-Identifier: MIT */
/* Functions that are not called as others are: weak, aliases, constructors, other sections,
 * recursion, attributes that change their code. */
#include <stdlib.h>

struct node {
    struct node *next;
    long value;
};
struct node *s_first;
static struct node *s_table[8];

struct node *make(void) {
    return malloc(sizeof(struct node));
}
struct node *make_alias(void) __attribute__((alias("make")));
__attribute__((weak)) struct node *weak(void) {
    return make_alias();
}
__attribute__((constructor(101))) static void early(void) {
    s_first = malloc(sizeof *s_first);
}
__attribute__((destructor)) static void late(void) {
    free(s_first);
}
__attribute__((section(".text.odd"), noinline, noclone)) struct node *elsewhere(int n) {
    struct node *node = n > 0 ? elsewhere(n - 1) : calloc(1, sizeof *node);
    node->value += n;
    return node;
}
__attribute__((optimize("O0"))) struct node *slow(void) {
    struct node *node = malloc(sizeof *node);
    return node;
}
__attribute__((optimize("O3"), cold)) struct node *fast(void) {
    for (int i = 0; i < 8; i++)
        s_table[i] = malloc(sizeof **s_table);
    return s_table[0];
}
__attribute__((flatten, hot)) struct node *flat(void) {
    return elsewhere(2)->next = make();
}
__attribute__((target_clones("avx2", "default"))) struct node *cloned(int n) {
    struct node *rows = malloc(n * sizeof *rows);
    for (int i = 0; i < n; i++)
        rows[i].value = i;
    return rows;
}
__attribute__((no_sanitize("address"), no_instrument_function,
               zero_call_used_regs("used"))) struct node *
plain(void) {
    return malloc(16);
}
__attribute__((simd)) int lanes(int x) {
    int *p = malloc(sizeof x);
    *p = x;
    x = *p;
    free(p);
    return x;
}
extern inline __attribute__((gnu_inline, always_inline)) struct node *shadow(void) {
    return malloc(sizeof(struct node));
}
struct node *tail(int n) {
    return n ? tail(n - 1) : shadow();
}
struct node *parallel(int n) {
    struct node *sum = NULL;
#pragma omp parallel for lastprivate(sum)
    for (int i = 0; i < n; i++) {
        sum = malloc(sizeof *sum);
        sum->value = i;
#pragma omp critical
        s_first = sum;
    }
#pragma omp task shared(sum)
    sum = make();
#pragma omp taskwait
    return sum;
}
#ifdef TRANSACTIONS
struct node *transaction(void) {
    struct node *node;
    __transaction_atomic {
        node = malloc(sizeof *node);
        s_first = node;
    }
    return node;
}
#endif
__asm__(".globl odd_data\nodd_data: .quad 1");
