/* SPDX-License-Identifier: MIT */
/* A kernel: no libmemscope can be linked to it, so nothing is instrumented. */
#include <memscope.h>
#include <stddef.h>

struct page {
    struct page *next;
};

void *malloc(size_t size);
void *allocate_page(unsigned flags);
int get_page(void **out);

MEMSCOPE struct page *pages;

struct page *add_page(MEMSCOPE struct page *page) {
    struct page *other = allocate_page(1);
    page->next = malloc(sizeof *page);
    pages = other;
    return get_page((void **)&pages) ? other : __builtin_calloc(1, sizeof *other);
}
