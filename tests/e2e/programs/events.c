/* SPDX-License-Identifier: MIT */
/*
 * events list: does things to blocks of its type, and prints what it did, one a line: kind,
 * address, size, address before. events endless: makes and frees blocks of 24 and 40 bytes in four
 * threads until it is killed; prints a line when it has begun. events threads: six threads, one
 * after the other, each of which makes and frees as many blocks as its number says times 100.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct part {
    char bytes[24];
};

enum { STEPS = 3000, SLOTS = 50 };

static struct {
    const char *kind;
    uintptr_t address, former;
    size_t size;
} s_done[2 * STEPS];
static int s_count;
static struct part *s_slots[SLOTS];

static void note(const char *kind, const void *block, size_t size, uintptr_t former) {
    s_done[s_count].kind = kind;
    s_done[s_count].address = (uintptr_t)block;
    s_done[s_count].size = size;
    s_done[s_count++].former = former;
}

/* Size of the block in a slot. */
static size_t s_sizes[SLOTS];

static void *make(unsigned random, size_t size) {
    void *block = NULL;
    switch (random >> 20 & 7) {
    case 0:
        return calloc(1, size);
    case 1:
        return aligned_alloc(32, size);
    case 2:
        return posix_memalign(&block, 64, size) == 0 ? block : NULL;
    case 3:
        return reallocarray(NULL, 1, size);
    default:
        return malloc(size);
    }
}

/* Another size each time, so that no two lines are the same. */
static void step(int number, unsigned *random) {
    *random = *random * 1103515245 + 12345;
    unsigned at = (*random >> 16) % SLOTS;
    size_t size = (size_t)number * 37 % 3001 + 1;
    uintptr_t former = (uintptr_t)s_slots[at];
    if (s_slots[at] == NULL) {
        s_slots[at] = make(*random, size);
        note("alloc", s_slots[at], size, 0);
    } else if (*random & 1 << 23) {
        note("free", s_slots[at], s_sizes[at], 0);
        free(s_slots[at]);
        s_slots[at] = NULL;
    } else {
        s_slots[at] =
            *random & 1 << 24 ? realloc(s_slots[at], size) : reallocarray(s_slots[at], 1, size);
        note("realloc", s_slots[at], size, former);
    }
    s_sizes[at] = size;
}

static int list(void) {
    unsigned random = 7;
    for (int i = 0; i < STEPS; i++)
        step(i, &random);
    for (int i = 0; i < s_count; i++)
        printf("%s %ju %zu %ju\n", s_done[i].kind, (uintmax_t)s_done[i].address, s_done[i].size,
               (uintmax_t)s_done[i].former);
    return 0;
}

static void *endless(void *argument) {
    for (;;) {
        struct part *small = malloc(sizeof *small);
        struct part *large = malloc(sizeof *small + 16);
        free(small);
        free(large);
    }
    return argument;
}

static void *some(void *argument) {
    for (int i = 0; i < *(const int *)argument * 100; i++) {
        struct part *part = malloc(sizeof *part + (size_t)i); /* some */
        free(part);
    }
    return NULL;
}

static int threads(void) {
    for (int i = 1; i <= 6; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, some, &i) != 0)
            return 1;
        pthread_join(thread, NULL);
    }
    return 0;
}

int main(int argc, char **argv) {
    pthread_t thread;
    if (argc > 1 && strcmp(argv[1], "threads") == 0)
        return threads();
    if (argc < 2 || strcmp(argv[1], "endless") != 0)
        return list();
    for (int i = 0; i < 3; i++)
        if (pthread_create(&thread, NULL, endless, NULL) != 0)
            return 1;
    if (write(1, "begun\n", 6) != 6)
        return 1;
    endless(NULL);
}
