/* SPDX-License-Identifier: MIT */
/* Blocks that live for a known time, that are grown well and badly, that another thread frees, that
 * a variable takes over; and what malloc rounds up, by the C library's own word. */
#include <malloc.h>
#include <memscope.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct second {
    long a[4];
};
struct moment {
    long b[2];
};
struct crossing {
    char text[100];
};
struct kept {
    char text[50];
};

static MEMSCOPE struct second *s_seconds[100];
static struct moment *s_moment;
static struct crossing *s_crossing[30];
static MEMSCOPE struct kept *s_owner;
static char *s_rounded[400];
static int *s_badly, *s_well;
static void *volatile s_between[6000];

static void sleep_for(double seconds) {
    struct timespec left = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&left, &left) != 0)
        ;
}

static void *free_them(void *unused) {
    for (int i = 0; i < 30; i++)
        free(s_crossing[i]);
    return unused;
}

static void cross(void) {
    pthread_t thread;
    for (int i = 0; i < 30; i++)
        s_crossing[i] = malloc(sizeof(*s_crossing[i]));
    if (pthread_create(&thread, NULL, free_them, NULL) == 0)
        pthread_join(thread, NULL);
}

/* Something is always in the way behind the block, and what it leaves behind is too small for it.
 */
static void grow(void) {
    for (size_t i = 1; i <= 1000; i++) {
        s_badly = realloc(s_badly, i * 4 * sizeof(int)); /* badly */
        s_between[i] = malloc(i * 4 * sizeof(int) + 200);
    }
    for (int round = 0; round < 8; round++) {
        s_well = NULL;
        for (size_t i = 1; i <= 1 << 16; i *= 2) {
            s_well = realloc(s_well, i * sizeof(int)); /* well */
            s_between[3000 + i % 97] = malloc(i * sizeof(int) + 200);
        }
    }
}

static __attribute__((noipa)) struct kept *make_kept(void) {
    struct kept *made = malloc(sizeof(*made));
    return made;
}

static long long milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(void) {
    size_t slack = 0;
    for (size_t i = 0; i < 400; i++) {
        s_rounded[i] = malloc(1 + i * 37 % 1500); /* rounded */
        slack += malloc_usable_size(s_rounded[i]) - (1 + i * 37 % 1500);
    }
    printf("%zu\n", slack);
    struct kept *made = make_kept();
    cross();
    s_owner = made;
    grow();
    long long start = milliseconds();
    for (int i = 0; i < 100; i++)
        s_seconds[i] = malloc(sizeof(*s_seconds[i]));
    sleep_for(1.0);
    printf("%lld\n", milliseconds() - start);
    for (int i = 0; i < 100; i++)
        free(s_seconds[i]);
    for (int i = 0; i < 10000; i++) {
        s_moment = malloc(sizeof(*s_moment));
        free(s_moment);
    }
    sleep_for(0.6);
    return 0;
}
