/* SPDX-License-Identifier: MIT */
/* A signal handler allocates 1000 times while the program does nothing but assign to an annotated
 * variable: it interrupts memscope at work, and never malloc, which may not be entered twice. */
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

#include <memscope.h>

enum { ALARMS = 1000 };

struct alarm_block {
    long values[4];
};
struct work_block {
    long values[8];
};

static volatile sig_atomic_t s_handled;
static MEMSCOPE struct work_block *s_work;

static void on_alarm(int signal) {
    (void)signal;
    if (s_handled >= ALARMS)
        return;
    struct alarm_block *block = malloc(sizeof *block); /* handler */
    if (block)
        block->values[0] = 1;
    __asm__ volatile("" : : "r"(block) : "memory");
    free(block);
    s_handled = s_handled + 1;
}

int main(void) {
    struct itimerval every = {{0, 200}, {0, 200}};
    struct work_block *blocks[2] = {malloc(sizeof *blocks[0]), malloc(sizeof *blocks[1])};
    signal(SIGALRM, on_alarm);
    setitimer(ITIMER_REAL, &every, NULL);
    for (unsigned i = 0; s_handled < ALARMS; i++)
        s_work = blocks[i & 1];
    every = (struct itimerval){0};
    setitimer(ITIMER_REAL, &every, NULL);
    free(blocks[0]);
    free(blocks[1]);
    return 0;
}
