/* SPDX-License-Identifier: MIT */
/*
 * truth THREADS STEPS SEED [LIVE]: each thread makes, reallocates and frees blocks of three types
 * at random, in slots that all share, so that most blocks are freed by another thread than made
 * them. Prints what is true in the end:
 *
 *     type NAME ALLOCATIONS BYTES LIVE LIVE_BYTES
 *     thread NAME ALLOCATIONS BYTES LIVE_BYTES FREED_ELSEWHERE
 *     peak BYTES
 *     moment RED GREEN BLUE    bytes of each type whenever LIVE bytes were live, with one thread
 *
 * With one thread nothing else is allocated, and the peak is exact. With several it is what was
 * live at once as far as they have told each other: each is late by the block it is at.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct block {
    uint32_t size, type, maker;
};
struct red {
    struct block block;
};
struct green {
    struct block block;
};
struct blue {
    struct block block;
};

enum { TYPES = 3, SLOTS = 2000, LIMIT = 16 };
struct counts {
    uint64_t allocations, bytes, live, live_bytes, elsewhere;
};
static struct counts s_types[LIMIT][TYPES]; /* by thread: allocations and bytes */
static struct counts s_threads[LIMIT];
static struct block *s_slots[SLOTS];
static uint64_t s_elsewhere[LIMIT], s_live, s_peak;
static uint64_t s_live_of[TYPES], s_wanted; /* with one thread */
static long s_steps;
static uint64_t s_seed;

static void add_live(unsigned type, int64_t bytes) {
    uint64_t live = __atomic_add_fetch(&s_live, (uint64_t)bytes, __ATOMIC_RELAXED);
    uint64_t peak = __atomic_load_n(&s_peak, __ATOMIC_RELAXED);
    __atomic_add_fetch(&s_live_of[type], (uint64_t)bytes, __ATOMIC_RELAXED);
    while (
        (int64_t)live > (int64_t)peak &&
        !__atomic_compare_exchange_n(&s_peak, &peak, live, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
    if (s_wanted != 0 && live == s_wanted)
        printf("moment %llu %llu %llu\n", (unsigned long long)s_live_of[0],
               (unsigned long long)s_live_of[1], (unsigned long long)s_live_of[2]);
}

static struct block *made(void *memory, unsigned type, size_t size, unsigned self) {
    struct block *block = memory;
    *block = (struct block){(uint32_t)size, type, self};
    s_types[self][type].allocations++;
    s_types[self][type].bytes += size;
    s_threads[self].allocations++;
    s_threads[self].bytes += size;
    return block;
}

static struct block *make(uint64_t random, unsigned self) {
    size_t size = sizeof(struct block) + (random >> 20) % ((random >> 9) % 16 == 0 ? 20000 : 300);
    struct block *block;
    if (random >> 40 & 1) {
        struct red *red = malloc(size);
        block = made(red, 0, size, self);
    } else if (random >> 41 & 1) {
        struct green *green = calloc(1, size);
        block = made(green, 1, size, self);
    } else {
        struct blue *blue = memalign(64, size);
        block = made(blue, 2, size, self);
    }
    add_live(block->type, (int64_t)size);
    return block;
}

static void gone(const struct block *block, unsigned self) {
    if (block->maker != self)
        __atomic_add_fetch(&s_elsewhere[block->maker], 1, __ATOMIC_RELAXED);
}

/* Free and then made, as memscope counts it. */
static struct block *again(struct block *block, uint64_t random, unsigned self) {
    size_t old = block->size, size = sizeof(struct block) + (random >> 20) % 3000;
    unsigned type = block->type;
    gone(block, self);
    add_live(type, -(int64_t)old);
    if (type == 0) {
        struct red *red = realloc(block, size);
        block = made(red, type, size, self);
    } else if (type == 1) {
        struct green *green = realloc(block, size);
        block = made(green, type, size, self);
    } else {
        struct blue *blue = realloc(block, size);
        block = made(blue, type, size, self);
    }
    add_live(type, (int64_t)size);
    return block;
}

static void *work(void *data) {
    unsigned self = (unsigned)(uintptr_t)data;
    uint64_t random = s_seed * 7919 + self * 104729 + 88172645463325252u;
    for (long i = 0; i < s_steps; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        struct block **slot = &s_slots[(random >> 33) % SLOTS];
        struct block *block = __atomic_exchange_n(slot, NULL, __ATOMIC_ACQ_REL);
        if (block != NULL && random % 8 == 0) {
            block = again(block, random, self);
        } else if (block != NULL) {
            gone(block, self);
            add_live(block->type, -(int64_t)block->size);
            free(block);
            block = random % 5 != 0 ? make(random, self) : NULL;
        } else {
            block = make(random, self);
        }
        block = __atomic_exchange_n(slot, block, __ATOMIC_ACQ_REL);
        if (block != NULL) { /* another thread was faster */
            gone(block, self);
            add_live(block->type, -(int64_t)block->size);
            free(block);
        }
    }
    return NULL;
}

static void run(unsigned count) {
    pthread_t threads[LIMIT];
    if (count == 1) {
        pthread_setname_np(pthread_self(), "w0");
        work(NULL);
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof(name), "w%u", i);
        pthread_setname_np(pthread_self(), name); /* which the new thread has too, from the start */
        pthread_create(&threads[i], NULL, work, (void *)(uintptr_t)i);
    }
    for (unsigned i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    pthread_setname_np(pthread_self(), "main");
}

int main(int argc, char **argv) {
    static const char *const types[TYPES] = {"red", "green", "blue"};
    static char buffer[65536];
    unsigned count = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
    s_steps = argc > 2 ? atol(argv[2]) : 20000;
    s_seed = argc > 3 ? (uint64_t)atol(argv[3]) : 1;
    s_wanted = argc > 4 ? (uint64_t)atoll(argv[4]) : 0;
    setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
    run(count);
    struct counts live[TYPES] = {0};
    for (unsigned i = 0; i < SLOTS; i++) {
        const struct block *block = s_slots[i];
        if (block == NULL)
            continue;
        live[block->type].live++;
        live[block->type].live_bytes += block->size;
        s_threads[block->maker].live_bytes += block->size;
    }
    for (unsigned i = 0; i < TYPES; i++) {
        struct counts sum = {0};
        for (unsigned n = 0; n < count; n++) {
            sum.allocations += s_types[n][i].allocations;
            sum.bytes += s_types[n][i].bytes;
        }
        printf("type %s %llu %llu %llu %llu\n", types[i], (unsigned long long)sum.allocations,
               (unsigned long long)sum.bytes, (unsigned long long)live[i].live,
               (unsigned long long)live[i].live_bytes);
    }
    for (unsigned n = 0; n < count; n++)
        printf("thread w%u %llu %llu %llu %llu\n", n, (unsigned long long)s_threads[n].allocations,
               (unsigned long long)s_threads[n].bytes, (unsigned long long)s_threads[n].live_bytes,
               (unsigned long long)s_elsewhere[n]);
    printf("peak %llu\n", (unsigned long long)s_peak);
    return 0;
}
