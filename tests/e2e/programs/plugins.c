/* SPDX-License-Identifier: MIT */
/*
 * plugins FILE ROUNDS: opens the library of loaded.c, takes a thing from it and closes it, ROUNDS
 * times, while threads allocate and open it too; then once more in a namespace of its own.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct busy_block {
    long values[5];
};

static const char *s_file;
static int s_stop;
static long s_made[2];

static __attribute__((noipa)) void work(long *made) {
    struct busy_block *block = malloc(sizeof *block); /* busy */
    __asm__ volatile("" : : "r"(block) : "memory");
    free(block);
    ++*made;
}

static void *run(void *made) {
    while (!__atomic_load_n(&s_stop, __ATOMIC_RELAXED))
        work(made);
    return NULL;
}

static void take(void *library) {
    void *(*make_thing)(void) = (void *(*)(void))dlsym(library, "make_thing");
    if (!make_thing)
        exit(2);
    void *thing = make_thing();
    if (!thing)
        exit(3);
    free(thing);
}

static void *open_too(void *argument) {
    long rounds = *(long *)argument;
    for (long i = 0; i < rounds; i++) {
        void *library = dlopen(s_file, RTLD_NOW);
        if (!library)
            exit(1);
        take(library);
        dlclose(library);
    }
    return NULL;
}

int main(int argc, char **argv) {
    pthread_t threads[3];
    long rounds = argc == 3 ? atol(argv[2]) : 0;
    s_file = argv[1];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, run, &s_made[i]);
    pthread_create(&threads[2], NULL, open_too, &rounds);
    open_too(&rounds);
    pthread_join(threads[2], NULL);
    __atomic_store_n(&s_stop, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    void *apart = dlmopen(LM_ID_NEWLM, s_file, RTLD_NOW);
    if (!apart) {
        fprintf(stderr, "%s\n", dlerror());
        return 4;
    }
    void *(*make_thing)(void) = (void *(*)(void))dlsym(apart, "make_thing");
    if (!make_thing || !make_thing()) /* another libc's: not ours to free */
        return 5;
    dlclose(apart);
    work(&s_made[0]);
    printf("%ld\n", s_made[0] + s_made[1]);
    return 0;
}
