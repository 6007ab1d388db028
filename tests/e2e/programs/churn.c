/* SPDX-License-Identifier: MIT */
/* churn [fork]: threads, or a process and its child, make blocks in many ways and depths and free
 * each other's. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, ROUNDS = 30000, SLOTS = 256 };

struct node {
    long numbers[3];
};
struct leaf {
    char text[20];
};

static void *slots[SLOTS];
static _Thread_local void *volatile hide;

#define NOINLINE       __attribute__((noinline, noclone))
#define NO_TAIL_CALL() __asm__ volatile("")

static void put(unsigned at, void *block) {
    free(__atomic_exchange_n(&slots[at % SLOTS], block, __ATOMIC_ACQ_REL));
}

static NOINLINE void make_node(unsigned at) {
    struct node *node = malloc(sizeof(*node)); /* node */
    put(at, node);
    NO_TAIL_CALL();
}

static NOINLINE void make_leaf(unsigned at) {
    struct leaf *leaf = malloc(sizeof(*leaf));
    put(at * 7, leaf);
    NO_TAIL_CALL();
}

/* libc has no frame pointers: both have the same frames. */
static NOINLINE void copy_twice(unsigned at) {
    char *one = strdup("one"), *three = strdup("three");
    put(at * 3, one);
    put(at * 5, three);
    NO_TAIL_CALL();
}

static NOINLINE void grow(unsigned at) {
    char *text = malloc(10 + at % 50);
    text = realloc(text, 200 + at % 300);
    put(at, text);
    char *brief = malloc(5); /* brief */
    hide = brief;
    free(hide);
    NO_TAIL_CALL();
}

static NOINLINE void deeper(unsigned depth, unsigned at) {
    if (depth != 0)
        deeper(depth - 1, at);
    else
        grow(at);
    NO_TAIL_CALL();
}

static void churn(unsigned seed, int rounds) {
    for (int i = 0; i < rounds; i++) {
        unsigned at = (unsigned)rand_r(&seed);
        switch (at % 5) {
        case 0:
            make_node(at);
            break;
        case 1:
            make_leaf(at);
            break;
        case 2:
            copy_twice(at);
            break;
        case 3:
            grow(at);
            break;
        default:
            deeper(at % 12, at);
        }
    }
}

static void *run(void *seed) {
    churn((unsigned)(size_t)seed, ROUNDS);
    return NULL;
}

static int fork_and_churn(void) {
    churn(1, ROUNDS);
    pid_t child = fork();
    churn(child == 0 ? 2 : 3, ROUNDS);
    if (child == 0)
        return 0;
    int status = 1;
    return waitpid(child, &status, 0) == child ? status : 1;
}

int main(int argc, char **argv) {
    pthread_t threads[THREADS];
    if (argc > 1 && strcmp(argv[1], "fork") == 0)
        return fork_and_churn();
    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, run, (void *)(i + 1));
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
