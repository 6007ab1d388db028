/* SPDX-License-Identifier: MIT */
/*
 * For each byte that it reads, loses a block of 1000 bytes and keeps one of 2000, while a thread
 * waits and another works; then says so with a dot. With an argument, asks itself what it has lost
 * and says that in place of the dot.
 */
#include <memscope.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "leak_block.h"

static void **volatile s_kept;
static volatile unsigned long s_count;

static void *work(void *data) {
    for (;;)
        s_count++;
    return data;
}

static void *wait_for_ever(void *data) {
    for (;;)
        pause();
    return data;
}

__attribute__((noinline, noclone)) static void lose_and_keep(void) {
    make(1000);
    void **kept = make(2000);
    kept[100] = s_kept;
    s_kept = kept;
}

int main(int argc, char **argv) {
    pthread_t thread;
    char byte;
    (void)argv;
    if (pthread_create(&thread, NULL, work, NULL) != 0 ||
        pthread_create(&thread, NULL, wait_for_ever, NULL) != 0)
        return 1;
    while (read(STDIN_FILENO, &byte, 1) == 1) {
        lose_and_keep();
        wipe();
        if (argc > 1)
            dprintf(STDOUT_FILENO, "%llu\n", (unsigned long long)memscope_check_leaks());
        else if (write(STDOUT_FILENO, ".", 1) != 1)
            return 1;
    }
    return 0;
}
