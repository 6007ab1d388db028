/* SPDX-License-Identifier: MIT */
/* A program at rest, for monitor_cost.sh: a hundred thousand live blocks, and nothing to do. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct record {
    struct record *next;
    long values[14];
};

int main(void) {
    struct record *all = NULL;
    for (int i = 0; i < 100000; i++) {
        struct record *record = malloc(sizeof(*record));
        if (record == NULL)
            return 1;
        *record = (struct record){.next = all};
        all = record;
    }
    puts("ready");
    fflush(stdout);
    for (;;)
        pause();
}
