/* SPDX-License-Identifier: MIT */
/* The attribute as C++11 spells attributes. */
#include <stdlib.h>

#if !__has_cpp_attribute(gnu::memscope) || !__has_cpp_attribute(memscope::track)
#    error "not known"
#endif

struct node {
    [[gnu::memscope]] node *next;
    [[memscope::track("label of data")]] char *data;
};
[[gnu::memscope]] node *by_gnu;
node *behind [[gnu::memscope("behind")]];
[[memscope]] node *plain;
[[memscope::track]] node *scoped;

void uses([[memscope::track]] node *given) {
    by_gnu = given;
    behind = given;
    plain = given;
    scoped = given;
    given->next = given;
    given->data = (char *)malloc(10);
    [[memscope]] node *local = given->next;
    local->data = given->data;
}
