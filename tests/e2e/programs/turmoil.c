/* SPDX-License-Identifier: MIT */
/*
 * turmoil FILE MILLISECONDS: all at once, so that no order of them may lead into a deadlock:
 * threads that allocate and free for each other, threads that come and go, forks whose children
 * allocate and end, libraries that are opened and closed, and signals whose handlers free and
 * allocate.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <memscope.h>

struct turmoil_block {
    long values[7];
};

static const char *s_file;
static volatile sig_atomic_t s_stop;
static long s_forked;
static MEMSCOPE struct turmoil_block *s_owned; /* the handlers interrupt assignments to it */
static struct turmoil_block *s_shared[16];

static __attribute__((noipa)) struct turmoil_block *make(void) {
    struct turmoil_block *block = malloc(sizeof *block);
    if (!block)
        abort();
    block->values[0] = 1;
    return block;
}

static void *exchange(void *argument) {
    for (unsigned i = 0; !s_stop; i++)
        free(__atomic_exchange_n(&s_shared[i % 16], make(), __ATOMIC_ACQ_REL));
    return argument;
}

static void *brief(void *argument) {
    free(make());
    return argument;
}

static void *come_and_go(void *argument) {
    while (!s_stop) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, brief, NULL) == 0)
            pthread_join(thread, NULL);
    }
    return argument;
}

static void *open_and_close(void *argument) {
    while (!s_stop) {
        void *library = dlopen(s_file, RTLD_NOW);
        if (!library)
            exit(1);
        void *(*make_thing)(void) = (void *(*)(void))dlsym(library, "make_thing");
        free(make_thing());
        dlclose(library);
    }
    return argument;
}

static void *fork_and_wait(void *argument) {
    for (; !s_stop; s_forked++) {
        pid_t child = fork();
        int status;
        if (child == 0) {
            for (int i = 0; i < 100; i++)
                free(make());
            _exit(9);
        }
        if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
            WEXITSTATUS(status) != 9)
            exit(2);
        usleep(20000);
    }
    return argument;
}

static void on_signal(int signal) {
    (void)signal;
    free(make());
}

/* The only thread that takes the signal is never inside malloc. */
static void assign(struct turmoil_block *const blocks[2]) {
    struct itimerspec every = {{0, 300000}, {0, 300000}};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    timer_t timer;
    sigset_t set;
    signal(SIGUSR1, on_signal);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0)
        exit(3);
    timer_settime(timer, 0, &every, NULL);
    for (unsigned i = 0; !s_stop; i++)
        s_owned = blocks[i & 1];
    timer_delete(timer);
}

static void *stop_later(void *argument) {
    long wait = *(long *)argument;
    struct timespec pause = {wait / 1000, wait % 1000 * 1000000};
    nanosleep(&pause, NULL);
    s_stop = 1;
    return NULL;
}

int main(int argc, char **argv) {
    void *(*const runs[])(void *) = {exchange,       exchange,      come_and_go,
                                     open_and_close, fork_and_wait, stop_later};
    enum { COUNT = sizeof runs / sizeof runs[0] };
    pthread_t threads[COUNT];
    struct turmoil_block *blocks[2] = {make(), make()};
    long wait = argc == 3 ? atol(argv[2]) : 0;
    sigset_t set;
    s_file = argv[1];
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    for (int i = 0; i < COUNT; i++)
        if (pthread_create(&threads[i], NULL, runs[i], &wait) != 0)
            return 4;
    assign(blocks);
    for (int i = 0; i < COUNT; i++)
        pthread_join(threads[i], NULL);
    printf("forked %s\n", s_forked > 0 ? "often" : "never");
    return 0;
}
