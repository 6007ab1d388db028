/* SPDX-License-Identifier: MIT */
/* A program that defines malloc itself: blocks come one behind the other from a static array. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void free(void *block);

static _Alignas(16) char s_memory[1 << 20];
static size_t s_used, s_calls;

void *malloc(size_t size) {
    size_t at = __atomic_fetch_add(&s_used, (size + 31) & ~(size_t)15, __ATOMIC_RELAXED);
    if (at + size + 16 > sizeof s_memory) {
        errno = ENOMEM;
        return NULL;
    }
    s_calls++;
    memcpy(s_memory + at, &size, sizeof size);
    return s_memory + at + 16;
}

void *calloc(size_t count, size_t size) {
    return malloc(count * size); /* never handed out before */
}

void *realloc(void *block, size_t size) {
    void *other = malloc(size);
    size_t old = 0;
    if (block)
        memcpy(&old, (char *)block - 16, sizeof old);
    if (other && block)
        memcpy(other, block, old < size ? old : size);
    return other;
}

void free(void *block) {
    (void)block;
}

struct own_block {
    long values[4];
};

int main(void) {
    size_t before = s_calls;
    for (int i = 0; i < 100; i++) {
        struct own_block *block = malloc(sizeof *block);
        if ((char *)block < s_memory || (char *)block >= s_memory + sizeof s_memory)
            return 1;
        block->values[0] = i;
        free(block);
    }
    printf("%zu\n", s_calls - before);
    return 0;
}
