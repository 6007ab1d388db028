/* SPDX-License-Identifier: MIT */
/* Annotated objects on the stacks of threads, of recursion, of coroutines; some are left by
 * longjmp. With one argument, `exit` ends it inside a scope. */
#include <memscope.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

struct request {
    int number;
    char text[60];
};

static jmp_buf s_environment;
static ucontext_t s_main, s_coroutine;
static char s_coroutine_stack[65536];

__attribute__((noinline)) static void use(void *object) {
    __asm__ volatile("" : : "r"(object) : "memory");
}

__attribute__((noinline)) static int recurse(int depth) {
    MEMSCOPE char level[100]; /* mark: level */
    use(level);
    return depth == 0 ? level[0] : recurse(depth - 1) + level[1];
}

/* An object of one kind of call, one of another, both jumped over. */
__attribute__((noinline)) static void jump(void) {
    MEMSCOPE struct request jumped;
    use(&jumped);
    longjmp(s_environment, 1);
}

__attribute__((noinline)) static void jump_through(int n) {
    MEMSCOPE char through[n];
    use(through);
    jump();
}

static void land(void) {
    for (volatile int i = 0; i < 20; i++) {
        MEMSCOPE char around[10];
        use(around);
        if (setjmp(s_environment) == 0)
            jump_through(7);
    }
}

static void *work(void *arg) {
    MEMSCOPE char worker[1000];
    use(worker);
    if (arg != NULL)
        pthread_exit(NULL);
    return NULL;
}

static void run_threads(void) {
    for (int i = 0; i < 3; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, work, i == 0 ? &thread : NULL);
        pthread_join(thread, NULL);
    }
}

static void run_coroutine(void) {
    for (;;) {
        MEMSCOPE char coroutine[50];
        use(coroutine);
        swapcontext(&s_coroutine, &s_main);
    }
}

static void take_turns(void) {
    getcontext(&s_coroutine);
    s_coroutine.uc_stack.ss_sp = s_coroutine_stack;
    s_coroutine.uc_stack.ss_size = sizeof s_coroutine_stack;
    makecontext(&s_coroutine, run_coroutine, 0);
    for (int i = 0; i < 5; i++) {
        MEMSCOPE char turn[30];
        use(turn);
        swapcontext(&s_main, &s_coroutine);
    }
}

static void grow(void) {
    for (int i = 0; i < 4; i++) {
        MEMSCOPE int vla[i + 1];
        use(vla);
    }
}

int main(int argc, char **argv) {
    (void)argv;
    recurse(9);
    recurse(4);
    land();
    run_threads();
    take_turns();
    grow();
    MEMSCOPE struct request last = {.number = argc};
    use(&last);
    if (argc > 1)
        exit(0);
    return 0;
}
