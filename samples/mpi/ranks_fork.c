/* SPDX-License-Identifier: MIT */
/* RANKS, in the environment, is the number of processes, 4 if it is not there. They share a board,
 * on which each has a place to leave what another takes, and meet at a barrier before and after. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ranks.h"

#define RANK_LIMIT    64
#define MESSAGE_BYTES ((size_t)1 << 20)

struct board {
    pthread_barrier_t barrier;
    struct place {
        uint64_t value, bytes;
        int to;
        char message[MESSAGE_BYTES];
    } places[];
};

static struct ranks s_ranks = {0, 4};
static struct board *s_board;

static void fail(const char *words) {
    fprintf(stderr, "ranks: %s\n", words);
    exit(1);
}

/* The first process is none of them: it waits, and ends all when one has failed. */
static void wait_for_ranks(pid_t group) {
    int status, failed = 0;
    while (wait(&status) > 0) {
        if (status != 0 && !failed) {
            failed = 1;
            kill(-group, SIGTERM);
        }
    }
    exit(failed);
}

struct ranks ranks_begin(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    const char *count = getenv("RANKS");
    if (count != NULL)
        s_ranks.count = atoi(count);
    if (s_ranks.count < 1 || s_ranks.count > RANK_LIMIT)
        fail("RANKS is a number, 1 to 64");
    s_board = mmap(NULL, sizeof(*s_board) + (size_t)s_ranks.count * sizeof(struct place),
                   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s_board == MAP_FAILED)
        fail("no memory for messages");
    pthread_barrierattr_t shared;
    pthread_barrierattr_init(&shared);
    pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&s_board->barrier, &shared, (unsigned)s_ranks.count);
    pid_t group = 0;
    for (s_ranks.rank = 0; s_ranks.rank < s_ranks.count; s_ranks.rank++) {
        pid_t pid = fork();
        if (pid < 0)
            fail("cannot fork");
        if (pid == 0) {
            setpgid(0, group);
            return s_ranks;
        }
        group = group != 0 ? group : pid;
        setpgid(pid, group);
    }
    wait_for_ranks(group);
    return s_ranks;
}

void ranks_end(void) {
    pthread_barrier_wait(&s_board->barrier);
}

void *ranks_exchange(int to, const void *data, size_t bytes, int from, size_t *received) {
    struct place *mine = &s_board->places[s_ranks.rank], *theirs = &s_board->places[from];
    if (bytes > MESSAGE_BYTES)
        fail("a message is larger than 1 MiB");
    memcpy(mine->message, data, bytes);
    mine->bytes = bytes;
    mine->to = to;
    pthread_barrier_wait(&s_board->barrier);
    if (theirs->to != s_ranks.rank)
        fail("a message is for somebody else");
    char *answer = malloc(theirs->bytes + 1);
    if (answer == NULL)
        fail("out of memory");
    memcpy(answer, theirs->message, theirs->bytes);
    *received = theirs->bytes;
    pthread_barrier_wait(&s_board->barrier);
    return answer;
}

uint64_t ranks_sum(uint64_t value) {
    uint64_t sum = 0;
    s_board->places[s_ranks.rank].value = value;
    pthread_barrier_wait(&s_board->barrier);
    for (int i = 0; i < s_ranks.count; i++)
        sum += s_board->places[i].value;
    pthread_barrier_wait(&s_board->barrier);
    return sum;
}
