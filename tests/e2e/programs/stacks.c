/* SPDX-License-Identifier: MIT */
/* Allocates on stacks of all kinds: of coroutines, of signal handlers, of the smallest threads,
 * very deep ones, ones that are left by longjmp; and in threads that are cancelled. */
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#define TYPE(name)                                                                                 \
    struct name##_block {                                                                          \
        long values[4];                                                                            \
    };
TYPE(coroutine)
TYPE(handler)
TYPE(small)
TYPE(deep)
TYPE(jump)
TYPE(cancel)

/* One block of TYPE, which is freed. */
#define TURN(name)                                                                                 \
    do {                                                                                           \
        struct name##_block *turn_ = malloc(sizeof *turn_);                                        \
        if (!turn_)                                                                                \
            abort();                                                                               \
        turn_->values[0] = 1;                                                                      \
        __asm__ volatile("" : : "r"(turn_) : "memory");                                            \
        free(turn_);                                                                               \
    } while (0)

static ucontext_t s_main, s_coroutines[3];

static void coroutine(int number) {
    for (int i = 0; i < 100; i++) {
        TURN(coroutine);
        swapcontext(&s_coroutines[number], &s_coroutines[(number + 1) % 3]);
    }
}

static void run_coroutines(void) {
    void *stacks[3];
    for (int i = 0; i < 3; i++) {
        getcontext(&s_coroutines[i]);
        stacks[i] = s_coroutines[i].uc_stack.ss_sp = malloc(32768); /* stack */
        s_coroutines[i].uc_stack.ss_size = 32768;
        s_coroutines[i].uc_link = &s_main;
        makecontext(&s_coroutines[i], (void (*)(void))coroutine, 1, i);
    }
    swapcontext(&s_main, &s_coroutines[0]); /* ends when number 0 does; the others are left */
    for (int i = 0; i < 3; i++)
        free(stacks[i]);
}

static void on_signal(int signal) {
    (void)signal;
    TURN(handler);
}

static void run_handlers(void) {
    stack_t stack = {.ss_size = 32768};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
    stack.ss_sp = malloc(stack.ss_size); /* stack */
    sigaltstack(&stack, NULL);
    sigaction(SIGUSR1, &action, NULL);
    for (int i = 0; i < 100; i++)
        raise(SIGUSR1); /* not inside malloc */
    stack.ss_flags = SS_DISABLE;
    sigaltstack(&stack, NULL);
    free(stack.ss_sp);
}

static void *small(void *argument) {
    for (int i = 0; i < 10; i++)
        TURN(small);
    return argument;
}

static void run_small_threads(void) {
    static const size_t s_sizes[] = {PTHREAD_STACK_MIN, 65536};
    for (int i = 0; i < 20; i++) {
        pthread_attr_t attributes;
        pthread_t thread;
        pthread_attr_init(&attributes);
        if (pthread_attr_setstacksize(&attributes, s_sizes[i % 2]) != 0 ||
            pthread_create(&thread, &attributes, small, NULL) != 0)
            exit(3);
        pthread_join(thread, NULL);
        pthread_attr_destroy(&attributes);
    }
}

static __attribute__((noipa)) int descend(int depth) {
    TURN(deep);
    return depth == 0 ? 0 : 1 + descend(depth - 1);
}

static jmp_buf s_jump;

static __attribute__((noipa)) void leave(void) {
    longjmp(s_jump, 1);
}

static __attribute__((noipa)) void jump(int depth) {
    TURN(jump);
    if (depth != 0)
        jump(depth - 1);
    else
        leave();
    __asm__ volatile("");
}

static void *wait_for_cancel(void *argument) {
    (void)argument;
    for (;;) {
        TURN(cancel);
        pthread_testcancel();
    }
}

static void run_cancelled(void) {
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        void *result;
        if (pthread_create(&thread, NULL, wait_for_cancel, NULL) != 0)
            exit(4);
        usleep(1000);
        pthread_cancel(thread);
        pthread_join(thread, &result);
        if (result != PTHREAD_CANCELED)
            exit(5);
    }
}

int main(void) {
    run_coroutines();
    run_handlers();
    run_small_threads();
    if (descend(20000) != 20000)
        return 1;
    for (volatile int i = 0; i < 10; i++)
        if (setjmp(s_jump) == 0)
            jump(9);
    run_cancelled();
    return 0;
}
