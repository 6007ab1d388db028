/* SPDX-License-Identifier: MIT */
/* alloca into annotated pointers, in loops, recursion, a thread, left by longjmp. With one
 * argument, `exit` ends it inside of a function. */
#include <alloca.h>
#include <memscope.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct request {
    int number;
    char text[60];
};

static jmp_buf s_environment;

__attribute__((noinline)) static void use(void *object, size_t size) {
    memset(object, 1, size);
    __asm__ volatile("" : : "r"(object) : "memory");
}

/* 10 + 20 + ... + 100, all at once at the end. */
__attribute__((noinline)) static void loop(void) {
    for (size_t i = 1; i <= 10; i++) {
        MEMSCOPE char *in_loop = alloca(10 * i);
        use(in_loop, 10 * i);
    }
}

__attribute__((noinline)) static int recurse(size_t depth) {
    MEMSCOPE struct request *level = alloca(depth * sizeof *level);
    use(level, depth * sizeof *level);
    return depth == 1 ? level->number : recurse(depth - 1) + level->number;
}

__attribute__((noinline)) static void jump(void) {
    MEMSCOPE char *jumped = alloca(7);
    use(jumped, 7);
    longjmp(s_environment, 1);
}

__attribute__((noinline)) static void land(void) {
    MEMSCOPE char *around = alloca(100);
    use(around, 100);
    for (volatile int i = 0; i < 20; i++)
        if (setjmp(s_environment) == 0)
            jump();
}

/* On the stack when it is small. */
__attribute__((noinline)) static void choose(size_t size) {
    MEMSCOPE char *either = size <= 100 ? alloca(size) : malloc(size);
    use(either, size);
    if (size > 100)
        free(either);
}

static void *work(void *unused) {
    MEMSCOPE char *worker = alloca(1000);
    use(worker, 1000);
    return unused;
}

int main(int argc, char **argv) {
    (void)argv;
    loop();
    loop();
    recurse(4);
    land();
    choose(100);
    choose(1000);
    pthread_t thread;
    pthread_create(&thread, NULL, work, NULL);
    pthread_join(thread, NULL);
    struct request *last MEMSCOPE = alloca((size_t)argc * sizeof *last);
    use(last, (size_t)argc * sizeof *last);
    if (argc > 1)
        exit(0);
    return 0;
}
