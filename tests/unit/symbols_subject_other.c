/* SPDX-License-Identifier: MIT */
/* Another program of the package, for dwz: what it has in common with symbols_subject.c is a part
 * of what either has. */
#include "symbols_subject.h"

struct other {
    struct node node;
    struct other *others[3];
};

struct other g_other;
nameless_t g_other_nameless;
struct bits g_other_bits;
struct full *g_other_full;

int main(void) {
    return g_other.node.a + g_other_nameless.x + (int)g_other_bits.a + (g_other_full != 0);
}
