/* SPDX-License-Identifier: MIT */
static inline struct node *in_header(void) {
    return malloc(sizeof(struct node));
}
__attribute__((unused)) static struct node *(*user)(void) = in_header;
