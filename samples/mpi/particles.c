/* SPDX-License-Identifier: MIT */
/*
 * particles [PARTICLES [STEPS]]: particles on a ring that is cut into pieces, one a rank. In each
 * step they move, and those that leave their piece go to the neighbour. The first pieces have more
 * of them than the last, so that ranks differ.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ranks.h"

struct state {
    uint64_t id;
    double place, speed; /* of a piece's length, in a step */
};

struct particle {
    struct particle *next;
    struct state state;
};

/* Those that leave, in one piece of memory. */
struct message {
    size_t count, room;
    struct state *states;
};

static struct particle *s_particles;
static uint64_t s_moved;

static void fail(const char *words) {
    fprintf(stderr, "particles: %s\n", words);
    exit(1);
}

static void add(const struct state *state) {
    struct particle *particle = malloc(sizeof(*particle));
    if (particle == NULL)
        fail("out of memory");
    particle->state = *state;
    particle->next = s_particles;
    s_particles = particle;
}

static void put(struct message *message, const struct state *state) {
    if (message->count == message->room) {
        message->room = message->room != 0 ? 2 * message->room : 16;
        message->states = realloc(message->states, message->room * sizeof(*message->states));
        if (message->states == NULL)
            fail("out of memory");
    }
    message->states[message->count++] = *state;
}

/* The same particles in every run, whatever the number of ranks. */
static void make(struct ranks ranks, uint64_t count) {
    for (uint64_t id = 0; id < count; id++) {
        uint64_t mixed = (id + 1) * UINT64_C(0x9e3779b97f4a7c15);
        double where = (double)(mixed >> 40) / (double)(1 << 24);
        struct state state = {id, where * where * ranks.count,
                              ((double)(mixed & 0xffff) / 0x10000 - 0.5) / 4};
        if ((int)state.place != ranks.rank)
            continue;
        state.place -= ranks.rank;
        add(&state);
    }
}

static void move(struct message *left, struct message *right) {
    for (struct particle **at = &s_particles; *at != NULL;) {
        struct particle *particle = *at;
        particle->state.place += particle->state.speed;
        if (particle->state.place >= 0 && particle->state.place < 1) {
            at = &particle->next;
            continue;
        }
        particle->state.place += particle->state.place < 0 ? 1 : -1;
        put(particle->state.speed < 0 ? left : right, &particle->state);
        *at = particle->next;
        free(particle);
    }
}

static void send(struct message *message, int to, int from) {
    size_t bytes;
    struct state *states =
        ranks_exchange(to, message->states, message->count * sizeof(*states), from, &bytes);
    for (size_t i = 0; i < bytes / sizeof(*states); i++)
        add(&states[i]);
    s_moved += bytes / sizeof(*states);
    free(states);
    free(message->states);
}

static void step(struct ranks ranks) {
    struct message left = {0}, right = {0};
    int next = (ranks.rank + 1) % ranks.count,
        before = (ranks.rank + ranks.count - 1) % ranks.count;
    move(&left, &right);
    send(&right, next, before);
    send(&left, before, next);
}

int main(int argc, char **argv) {
    struct ranks ranks = ranks_begin(&argc, &argv);
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 20000;
    uint64_t steps = argc > 2 ? strtoull(argv[2], NULL, 10) : 50;
    make(ranks, count);
    for (uint64_t i = 0; i < steps; i++)
        step(ranks);
    uint64_t here = 0, ids = 0;
    for (struct particle *particle = s_particles, *next; particle != NULL; particle = next) {
        next = particle->next;
        here++;
        ids += particle->state.id;
        free(particle);
    }
    uint64_t all = ranks_sum(here), sum = ranks_sum(ids), moved = ranks_sum(s_moved);
    if (ranks.rank == 0)
        printf("%llu particles, ids %llu, %llu moved to a neighbour\n", (unsigned long long)all,
               (unsigned long long)sum, (unsigned long long)moved);
    ranks_end();
    return all == count && sum == count * (count - 1) / 2 ? 0 : 1;
}
