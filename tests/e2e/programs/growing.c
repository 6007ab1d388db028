/* SPDX-License-Identifier: MIT */
/* A list grows, a buffer comes and goes, a table is filled once; all is freed in the end. */
#include <stdlib.h>
#include <time.h>

struct entry {
    struct entry *next;
    char text[500];
};

static struct entry *s_log;
static void *volatile s_buffer;
static int *volatile s_table;

static void add_entries(int count) {
    while (count-- > 0) {
        struct entry *entry = malloc(sizeof(*entry)); /* grows */
        if (entry == NULL)
            abort();
        entry->next = s_log;
        s_log = entry;
    }
}

int main(void) {
    const struct timespec pause = {0, 50000000};
    s_table = malloc(1000000);
    for (int i = 0; i < 60; i++) {
        add_entries(20);
        s_buffer = malloc(300000);
        nanosleep(&pause, NULL);
        free(s_buffer);
    }
    while (s_log != NULL) {
        struct entry *next = s_log->next;
        free(s_log);
        s_log = next;
    }
    free(s_table);
    return 0;
}
