/* SPDX-License-Identifier: MIT */
/* What works leaves errno alone, what fails sets it, measured or not. */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memscope.h>

struct item {
    long value;
};

static MEMSCOPE struct item *s_item;
static void *volatile s_sink;

static void *in_thread(void *argument) {
    int *wrong = argument;
    errno = 77;
    s_sink = malloc(10); /* the first block of this thread */
    if (errno != 77)
        *wrong = 10;
    free(s_sink);
    if (errno != 77)
        *wrong = 11;
    return NULL;
}

static int in_child(void) {
    errno = 42;
    pid_t child = fork();
    if (child == 0)
        _exit(errno == 42 ? 0 : 1);
    if (child < 0 || errno != 42)
        return 20;
    int status;
    return waitpid(child, &status, 0) == child && status == 0 ? 0 : 21;
}

int main(void) {
    pthread_t thread;
    int wrong = in_child();
    if (wrong != 0)
        return wrong;
    volatile size_t huge = (size_t)PTRDIFF_MAX + 1;
    errno = 42;
    for (int i = 0; i < 100000; i++) {
        s_item = malloc(sizeof *s_item);
        s_item = realloc(s_item, 100);
        free(s_item);
        if (errno != 42)
            return 1;
    }
    s_sink = malloc(huge);
    if (s_sink || errno != ENOMEM)
        return 2;
    errno = 42;
    s_sink = calloc(huge, huge);
    if (s_sink || errno != ENOMEM)
        return 3;
    errno = 42;
    s_sink = aligned_alloc(64, 64);
    free(s_sink);
    if (errno != 42)
        return 4;
    if (posix_memalign((void **)&s_item, 3, 64) != EINVAL || errno != 42)
        return 5;
    if (pthread_create(&thread, NULL, in_thread, &wrong) != 0)
        return 6;
    pthread_join(thread, NULL);
    return wrong;
}
