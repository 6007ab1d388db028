/* SPDX-License-Identifier: MIT */
/* Blocks before main, in destructors of threads and after main. */
#include <pthread.h>
#include <stdlib.h>

struct early_block {
    long values[3];
};
struct late_block {
    long values[5];
};
struct thread_block {
    long values[7];
};

static struct early_block *s_early;
static pthread_key_t s_key;

__attribute__((constructor(101))) static void first_constructor(void) {
    s_early = malloc(sizeof *s_early); /* early */
}

static void make_late(void) {
    struct late_block *late = malloc(sizeof *late); /* late */
    if (late)
        late->values[0] = s_early->values[0];
    free(s_early);
    s_early = NULL;
    __asm__ volatile("" : : "r"(late) : "memory");
}

static void end_of_thread(void *value) {
    struct thread_block *last = malloc(sizeof *last); /* destructor */
    if (last)
        last->values[0] = 1;
    __asm__ volatile("" : : "r"(last) : "memory");
    free(value);
    free(last);
}

static void *run(void *argument) {
    struct thread_block *block = malloc(sizeof *block); /* thread */
    if (block)
        block->values[0] = 2;
    pthread_setspecific(s_key, block);
    return argument;
}

int main(void) {
    s_early->values[0] = 3;
    atexit(make_late);
    if (pthread_key_create(&s_key, end_of_thread) != 0)
        return 1;
    for (int i = 0; i < 50; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, run, NULL) != 0)
            return 2;
        pthread_join(thread, NULL);
    }
    return 0;
}
