/* SPDX-License-Identifier: MIT */
/* budget SESSIONS NAMES FORGOTTEN: a heap whose numbers follow from the arguments: sessions of 256
 * bytes and names of 64, of which FORGOTTEN are never freed. */
#include <stdlib.h>
#include <string.h>

#include <memscope.h>

struct session {
    char state[256];
};

static struct session **s_sessions;
MEMSCOPE static char *s_names[10000];

static __attribute__((noipa)) void open_sessions(int count) {
    s_sessions = malloc((size_t)count * sizeof *s_sessions); /* table */
    for (int i = 0; i < count; i++) {
        struct session *session = malloc(sizeof *session); /* session */
        memset(session, 0, sizeof *session);
        s_sessions[i] = session;
    }
}

static __attribute__((noipa)) void read_names(int count) {
    for (int i = 0; i < count; i++) {
        s_names[i] = malloc(64); /* name */
        memset(s_names[i], 0, 64);
    }
}

int main(int argc, char **argv) {
    int sessions = argc > 1 ? atoi(argv[1]) : 10;
    int names = argc > 2 ? atoi(argv[2]) : 10;
    int forgotten = argc > 3 ? atoi(argv[3]) : 0;
    open_sessions(sessions);
    read_names(names);
    for (int i = forgotten; i < names; i++)
        free(s_names[i]);
    for (int i = 0; i < sessions; i++)
        free(s_sessions[i]);
    free(s_sessions);
    return 0;
}
