/* SPDX-License-Identifier: MIT */
/*
 * The program that the tests of symbols read. It prints a line for each place that a function was
 * called from: the return address within its file, and the frames that are there, innermost first,
 * as "function:line"; "~" is before those that are inlined, "^" before
 * one that is where the function begins. The first line is the name of this file
 * as the compiler was told it, so that it is what its debug information has.
 */
#include "symbols_subject.h"
#include "symbols_subject_code.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Whatever is not used has no debug information. */
node_t *g_node;
node_ptr g_node_ptr;
node_ptr_ptr *g_node_ptr_ptr;
text_t g_text;
nameless_t g_nameless;
union either g_either;
struct bits g_bits;
struct packed g_packed;
struct packed_end g_packed_end;
struct packed_even g_packed_even;
later_ptr g_later_ptr;
struct flexible *g_flexible;
struct aligned g_aligned;
struct full g_full;
struct empty g_empty;
struct spelled *g_spelled;
extern later_ptr g_later;
unsigned long long g_long_long;
short g_short;
_Bool g_bool;

#define ALWAYS static inline __attribute__((always_inline))

static int s_take_base(struct dl_phdr_info *info, size_t size, void *base) {
    (void)size;
    *(uintptr_t *)base = info->dlpi_addr;
    return 1; /* the program itself is first */
}

static uintptr_t s_base(void) {
    uintptr_t base = 0;
    dl_iterate_phdr(s_take_base, &base);
    return base;
}

static NOINLINE void s_tell(const char *frames, int a, int b, int c) {
    printf("%lx ", (unsigned long)((uintptr_t)__builtin_return_address(0) - s_base()));
    printf(frames, a, b, c);
    putchar('\n');
}

static int s_beside_line;

ALWAYS void innermost(int middle_line, int outer_line) {
    s_tell("~innermost:%d ~middle:%d outer:%d", __LINE__, middle_line, outer_line);
    STAY;
}

ALWAYS void middle(int outer_line) {
    STAY;
    innermost(__LINE__, outer_line);
    STAY;
}

ALWAYS void beside(void) {
    s_tell("~beside:%d outer:%d", __LINE__, s_beside_line, 0);
    STAY;
}

static NOINLINE void outer(void) {
    struct in_function {
        char c;
        long l;
    } local = {1, 2};
    s_beside_line = __LINE__ + 1;
    beside();
    middle(__LINE__);
    __asm__ volatile("" ::"r"(&local) : "memory");
}

enum { EXPORTED_LINE = __LINE__ + 1 };
NOINLINE void exported(void) {
    s_tell("exported:%d", __LINE__, 0, 0);
    STAY;
}

int main(void) {
    puts(__FILE__);
    puts(s_code_file);
    plain();
    outer();
    exported();
    /* The first instruction: what is before this "return address". */
    printf("%lx ^exported:%d\n", (unsigned long)((uintptr_t)exported + 1 - s_base()),
           EXPORTED_LINE);
    s_tell("main:%d", __LINE__, 0, 0);
    g_later = g_later_ptr;
    return 0;
}
