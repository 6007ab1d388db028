/* SPDX-License-Identifier: MIT */
/* Enters and leaves the scope of one object as often as the argument says. */
#include <memscope.h>
#include <stdlib.h>

__attribute__((noinline)) static void pair(void) {
    MEMSCOPE char object[64];
    __asm__ volatile("" : : "r"(object) : "memory");
}

int main(int argc, char **argv) {
    long count = argc > 1 ? atol(argv[1]) : 0;
    for (long i = 0; i < count; i++)
        pair();
    return 0;
}
