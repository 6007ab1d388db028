/* SPDX-License-Identifier: MIT */
/* Four threads make blocks at the same time; a fifth frees half of them. */
#include <pthread.h>
#include <stdlib.h>

enum { THREADS = 4, BLOCKS = 20000 };

struct message {
    char text[48];
};

static struct message *s_messages[THREADS][BLOCKS];

static void *produce(void *argument) {
    struct message **mine = argument;
    for (int i = 0; i < BLOCKS; i++)
        mine[i] = malloc(sizeof *mine[i]); /* message */
    return NULL;
}

static void *consume(void *argument) {
    for (int t = 0; t < THREADS; t++)
        for (int i = 0; i < BLOCKS; i += 2)
            free(s_messages[t][i]);
    return argument;
}

int main(void) {
    pthread_t threads[THREADS], consumer;
    for (int t = 0; t < THREADS; t++)
        if (pthread_create(&threads[t], NULL, produce, s_messages[t]) != 0)
            return 1;
    for (int t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
    if (pthread_create(&consumer, NULL, consume, NULL) != 0)
        return 1;
    pthread_join(consumer, NULL);
    return 0;
}
