/* SPDX-License-Identifier: MIT */
/* Works for a second with one processor and 64 MiB, in three threads of which two sleep. Prints the
 * milliseconds of processor time that it has used. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PIECES = 64, PIECE = 1 << 20 };

struct piece {
    char bytes[PIECE];
};

static struct piece *s_pieces[PIECES];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void *sleeper(void *argument) {
    sleep(1);
    return argument;
}

int main(void) {
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, sleeper, NULL) != 0)
            return 1;
    for (int i = 0; i < PIECES; i++) {
        s_pieces[i] = malloc(sizeof *s_pieces[i]); /* piece */
        if (!s_pieces[i])
            return 2;
    }
    for (double end = now() + 1; now() < end;)
        for (int i = 0; i < PIECES; i++)
            memset(s_pieces[i], i, PIECE);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < PIECES; i++)
        free(s_pieces[i]);
    printf("%ld\n", (long)(clock() / (CLOCKS_PER_SEC / 1000)));
    return 0;
}
