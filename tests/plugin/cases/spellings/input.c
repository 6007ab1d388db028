/* SPDX-License-Identifier: MIT */
/* The attribute as C23 spells attributes. */
#if !__has_c_attribute(gnu::memscope) || !__has_c_attribute(memscope::track)
#    error "not known"
#endif

struct node {
    [[gnu::memscope]] struct node *next;
    [[memscope::track("label of data")]] char *data;
};
struct [[memscope::track]] tracked {
    int value;
};
[[gnu::memscope]] struct node *by_gnu;
struct node *behind [[gnu::memscope("behind")]];
[[memscope]] struct node *plain;
[[memscope("label")]] struct node *plain_label;
[[memscope::track]] struct node *scoped;
static struct node *not_annotated;

void *malloc(unsigned long);

int uses([[memscope::track]] struct node *given) {
    by_gnu = given;
    behind = given;
    plain = given;
    plain_label = given;
    scoped = given;
    not_annotated = given;
    given->next = given;
    given->data = malloc(10);
    struct tracked *tracked = malloc(sizeof *tracked);
    tracked->value = 1;
    [[gnu::memscope]] struct node *local = not_annotated;
    return tracked->value + (local == given);
}
