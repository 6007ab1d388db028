/* SPDX-License-Identifier: MIT */
/*
 * reach BLOCKS ORDER: that many blocks of 24 to 120 bytes, each with two pointers to others; in the
 * order in which they were made, or (ORDER 1) in none. Built with LeakSanitizer, prints how long
 * that looks at them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct node {
    struct node *next, *other;
    long room;
};

struct node *volatile g_first;

__attribute__((weak)) int __lsan_do_recoverable_leak_check(void);

int main(int argc, char **argv) {
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    struct node **all = malloc(count * sizeof(*all));
    if (all == NULL || count < 2)
        return 2;
    srand(1);
    for (size_t i = 0; i < count; i++) {
        all[i] = malloc(sizeof(struct node) + (size_t)rand() % 97);
        if (all[i] == NULL)
            return 2;
    }
    for (size_t i = count - 1; argc > 2 && argv[2][0] == '1' && i > 0; i--) {
        size_t other = (size_t)rand() % (i + 1);
        struct node *moved = all[i];
        all[i] = all[other];
        all[other] = moved;
    }
    for (size_t i = 0; i < count; i++) {
        all[i]->next = i + 1 < count ? all[i + 1] : NULL;
        all[i]->other = all[(size_t)rand() % count];
    }
    g_first = all[0];
    free(all);
    if (__lsan_do_recoverable_leak_check != NULL) {
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        __lsan_do_recoverable_leak_check();
        clock_gettime(CLOCK_MONOTONIC, &end);
        printf("%ld\n", (end.tv_sec - start.tv_sec) * 1000000000 + (end.tv_nsec - start.tv_nsec));
    }
    return 0;
}
