/* SPDX-License-Identifier: MIT */
/* tracked OUT: what a program tracks by hand, written to OUT by its tracker. Frees part of it. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <memscope.h>

struct pair {
    int first;
    char second[12];
};

static volatile sig_atomic_t s_children;

static void on_child(int signal) {
    (void)signal;
    s_children++;
}

static memscope_tracker *s_tracker;

static void fill(int count) {
    for (int i = 0; i < count; i++) {
        char *row = malloc(100);
        MEMSCOPE_TRACK(s_tracker, row); /* first row */
        if (i % 2 != 0)
            free(row);
    }
}

static void fill_more(void) {
    char *row = malloc(1000);
    char *volatile other = malloc(7);
    MEMSCOPE_TRACK(s_tracker, row); /* second row */
    free(other);
}

int main(int argc, char **argv) {
    char line[80], *nothing = NULL, *const fixed = malloc(40);
    struct pair pair;
    int number = 4, several[number];
    if (argc != 2)
        return 2;
    signal(SIGCHLD, on_child);
    errno = 77;
    s_tracker = memscope_tracker_with_auto_export(memscope_tracker_new(), argv[1]);
    memscope_tracker *clone = memscope_tracker_clone(s_tracker);
    fill(10);
    fill_more();
    MEMSCOPE_TRACK(s_tracker, line); /* line */
    MEMSCOPE_TRACK(s_tracker, pair); /* pair */
    for (number = 0; number < 5; number++)
        MEMSCOPE_TRACK(s_tracker, number); /* number */
    MEMSCOPE_TRACK(s_tracker, several);    /* several */
    MEMSCOPE_TRACK(s_tracker, nothing);    /* nothing */
    MEMSCOPE_TRACK(s_tracker, fixed);      /* fixed */
    char *grown = malloc(10);
    MEMSCOPE_TRACK(s_tracker, grown); /* grown */
    grown = realloc(grown, 3000);     /* it stays tracked */
    memset(line, 0, sizeof(line));
    memset(&pair, 0, sizeof(pair));
    memset(several, 0, sizeof(several));
    memscope_untrack(s_tracker, &pair);
    MEMSCOPE_TRACK(NULL, line);
    memscope_tracker_release(clone); /* changes nothing */
    if (memscope_export(s_tracker, "json", "asked.json") != 0)
        return 3;
    memscope_tracker_release(s_tracker);
    free(grown);
    if (errno != 77)
        return 4;
    /* The children that wrote the files are nobody's. */
    if (s_children != 0 || waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
        return 5;
    return 0;
}
