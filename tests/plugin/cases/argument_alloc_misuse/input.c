/* SPDX-License-Identifier: MIT */
/* alloc= and dealloc= that do not fit the function are told where it is declared, once. */
#include <stddef.h>

void *few(size_t size);
void *no_integer(const char *name);
int no_pointer(size_t size);
void no_block(int kind);
void *unprototyped();
void *good(size_t size);

void use(void) {
    char *a = few(1), *b = no_integer("x"), *c = unprototyped(7), *d = good(5), *e = few(2);
    *a = *b = *c = *d = *e = (char)no_pointer(3);
    no_block(4);
}
