/* SPDX-License-Identifier: MIT */
/* Two threads hand each block over at once: one makes it, the other frees it while it is the newest
 * block of the first. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { BLOCKS = 100000 };

struct ball {
    long spin[3];
};

static _Atomic(struct ball *) s_ball;

static void *receive(void *argument) {
    for (int i = 0; i < BLOCKS; i++) {
        struct ball *ball;
        while (!(ball = atomic_exchange(&s_ball, NULL)))
            sched_yield();
        free(ball);
    }
    return argument;
}

int main(void) {
    pthread_t receiver;
    if (pthread_create(&receiver, NULL, receive, NULL) != 0)
        return 1;
    for (int i = 0; i < BLOCKS; i++) {
        struct ball *ball = malloc(sizeof *ball); /* ball */
        ball->spin[0] = i;
        while (atomic_load(&s_ball))
            sched_yield();
        atomic_store(&s_ball, ball);
    }
    pthread_join(receiver, NULL);
    return 0;
}
