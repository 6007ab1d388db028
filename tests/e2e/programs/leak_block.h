/* SPDX-License-Identifier: MIT */
/* Blocks that are lost for sure, for the leak_*.c programs. */
#ifndef LEAK_BLOCK_H
#define LEAK_BLOCK_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A block that the compiler cannot leave out. */
__attribute__((noinline, noclone)) static void *make(size_t size) {
    void *block = malloc(size);
    if (block == NULL)
        abort();
    memset(block, 0, size);
    __asm__ volatile("" : : "r"(block) : "memory");
    return block;
}

/* What was on the stack, and in registers, is gone. */
__attribute__((noinline, noclone)) static void wipe(void) {
    volatile char old[16384];
    for (size_t i = 0; i < sizeof(old); i++)
        old[i] = 0;
    __asm__ volatile("" : : : "memory");
#if defined(__x86_64__)
    __asm__ volatile(
        "xor %%ebx, %%ebx; xor %%r12d, %%r12d; xor %%r13d, %%r13d; xor %%r14d, %%r14d; "
        "xor %%r15d, %%r15d"
        :
        :
        : "rbx", "r12", "r13", "r14", "r15");
#endif
}

#endif
