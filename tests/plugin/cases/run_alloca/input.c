/* SPDX-License-Identifier: MIT */
/* alloca into annotated pointers: entered with the function, grown by each call, left on every way
 * out of the function and not before. */
#include <alloca.h>
#include <memscope.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pair {
    int a, b;
};
struct holder {
    MEMSCOPE_LABEL("kept") struct pair *pairs;
    char *plain;
};
struct MEMSCOPE marked {
    long value;
};

static volatile int s_yes = 1;
static int s_asked;

__attribute__((noinline)) static void say(const char *text) {
    printf("%s\n", text);
    fflush(stdout);
}

__attribute__((noinline)) static char fill(void *object, size_t size) {
    memset(object, 1, size);
    return ((char *)object)[size - 1];
}

/* A size that must be asked for once. */
__attribute__((noinline)) static size_t ask(void) {
    return (size_t)(s_asked += 10);
}

static int initialized(size_t n) {
    char *first MEMSCOPE = alloca(n);
    return fill(first, n);
}

static int assigned(size_t n, int early) {
    MEMSCOPE struct pair *late;
    if (early)
        return 0;
    late = alloca(n * sizeof *late);
    return fill(late, n * sizeof *late);
}

static int loops(void) {
    MEMSCOPE char *turn = NULL;
    int sum = 0;
    for (int i = 0; i < 3; i++) {
        turn = alloca(ask());
        sum += turn == NULL;
    }
    say("behind the loop");
    return sum;
}

/* The memory lives longer than the pointer. */
static void inner_scope(void) {
    {
        MEMSCOPE char *inner = alloca(5);
        fill(inner, 5);
    }
    say("behind the scope");
}

static int aligned(size_t n) {
    MEMSCOPE void *wide = __builtin_alloca_with_align(n, 256);
    return fill(wide, n);
}

static int chosen(size_t n) {
    MEMSCOPE char *either = n < 100 ? alloca(n) : malloc(n);
    int sum = fill(either, n);
    if (n >= 100)
        free(either);
    return sum;
}

static int members(size_t n) {
    struct holder holder;
    holder.pairs = (struct pair *)alloca(n);
    holder.plain = alloca(n);
    fill(holder.plain, n);
    return fill(holder.pairs, n);
}

static int elements(size_t n) {
    MEMSCOPE char *table[3] = {NULL};
    for (int i = 0; i < 3; i++)
        table[i] = alloca(n + (size_t)i);
    return table[1] == table[2];
}

static int types(size_t n) {
    struct marked *of_type = alloca(n);
    return fill(of_type, n);
}

static int parameter(MEMSCOPE char *given, size_t n) {
    if (given == NULL)
        given = alloca(n);
    return fill(given, n);
}

/* Objects inside of one that was entered with the function. */
static int together(size_t n) {
    MEMSCOPE char around[3];
    fill(around, 3);
    MEMSCOPE char *one = alloca(n);
    MEMSCOPE char vla[n];
    fill(vla, n);
    MEMSCOPE char *two = alloca(n + 1);
    return fill(one, n) + fill(two, n + 1);
}

static int recursive(size_t depth) {
    MEMSCOPE char *level = alloca(depth + 1);
    fill(level, depth + 1);
    return depth == 0 ? level[0] : recursive(depth - 1) + level[depth];
}

static void nested(size_t n) {
    int inner_function(size_t m) {
        MEMSCOPE char *in_nested = alloca(m);
        return fill(in_nested, m);
    }
    MEMSCOPE char *in_outer = alloca(n);
    fill(in_outer, (size_t)inner_function(n + 2));
    say("back in the outer function");
}

static int condition(size_t n) {
    MEMSCOPE char *tested;
    if ((tested = alloca(n)) == NULL)
        return 1;
    return fill(tested, n);
}

__attribute__((always_inline)) static inline int inlined(size_t n) {
    MEMSCOPE char *in_inline = alloca(n);
    return fill(in_inline, n);
}

static void computed(void) {
    void *const labels[] = {&&one, &&two};
    MEMSCOPE char *stays = alloca(6);
    fill(stays, 6);
    goto *labels[s_yes];
one:
    say("one");
two:
    say("two");
}

static jmp_buf s_environment;
__attribute__((noinline)) static void jumps_far(void) {
    MEMSCOPE char *left = alloca(15);
    fill(left, 15);
    if (s_yes)
        longjmp(s_environment, 1);
}

static void lands(void) {
    MEMSCOPE char *landing = alloca(17);
    fill(landing, 17);
    if (setjmp(s_environment) == 0)
        jumps_far();
    else
        say("landed");
}

__attribute__((noreturn, noinline)) static void never_returns(size_t n) {
    MEMSCOPE char *to_exit = alloca(n);
    fill(to_exit, n);
    exit(0);
}

/* Not annotated. */
static int others(size_t n) {
    char *plain = alloca(n);
    return fill(plain, n);
}

int main(void) {
    initialized(7);
    assigned(3, 1);
    assigned(3, 0);
    loops();
    inner_scope();
    aligned(33);
    chosen(50);
    chosen(150);
    members(16);
    elements(4);
    types(8);
    parameter(NULL, 9);
    together(2);
    recursive(2);
    nested(4);
    condition(11);
    inlined(12);
    say("behind the inlined one");
    computed();
    lands();
    others(13);
    never_returns(14);
}
