/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

/*
 * What docs/cli.md shows the layout of, with its lines.
 */

typedef struct conn {
    char state;
    void *buffer;
    char flags;
    long id;
    short port;
} conn_t;

int main(void) {
    static conn_t *all[5];
    for (int i = 0; i < 5; i++)
        all[i] = malloc(sizeof(conn_t));
    struct conn *one = malloc(sizeof(struct conn));
    one->buffer = all;
    return one->buffer == NULL;
}
