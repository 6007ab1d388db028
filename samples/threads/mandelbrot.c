/* SPDX-License-Identifier: MIT */
/*
 * mandelbrot WIDTH HEIGHT: the set as a picture (PGM) on standard output. Four workers compute its
 * rows: row N is job of worker N % 4. The main thread makes the jobs, workers the rows; a worker
 * frees its jobs, the main thread the rows when it has written them, in order.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORKERS = 4, MOST_STEPS = 255 };

struct job {
    struct job *next;
    unsigned row;
};

struct row {
    unsigned steps; /* of the slowest point */
    uint8_t gray[];
};

struct worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct job *first, **last; /* jobs in order; one with the row UINT_MAX is the end */
};

static unsigned s_width, s_height;
static struct row **s_rows; /* done or NULL */
static pthread_mutex_t s_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t s_done = PTHREAD_COND_INITIALIZER;

static void *or_end(void *block) {
    if (block == NULL) {
        fputs("mandelbrot: out of memory\n", stderr);
        exit(2);
    }
    return block;
}

static struct row *compute(unsigned number) {
    struct row *row = or_end(calloc(1, sizeof(*row) + s_width));
    double y = 2.4 * number / s_height - 1.2;
    for (unsigned column = 0; column < s_width; column++) {
        double x = 3.2 * column / s_width - 2.2, re = 0, im = 0;
        unsigned steps = 0;
        for (; steps < MOST_STEPS && re * re + im * im < 4; steps++) {
            double next = re * re - im * im + x;
            im = 2 * re * im + y;
            re = next;
        }
        row->gray[column] = (uint8_t)(MOST_STEPS - steps);
        row->steps = steps > row->steps ? steps : row->steps;
    }
    return row;
}

static void *work(void *argument) {
    struct worker *worker = argument;
    for (;;) {
        pthread_mutex_lock(&worker->lock);
        while (worker->first == NULL)
            pthread_cond_wait(&worker->changed, &worker->lock);
        struct job *job = worker->first;
        worker->first = job->next;
        if (worker->first == NULL)
            worker->last = &worker->first;
        pthread_mutex_unlock(&worker->lock);
        unsigned number = job->row;
        free(job);
        if (number == UINT32_MAX)
            return NULL;
        struct row *row = compute(number);
        pthread_mutex_lock(&s_lock);
        s_rows[number] = row;
        pthread_cond_signal(&s_done);
        pthread_mutex_unlock(&s_lock);
    }
}

static void give(struct worker *worker, unsigned row) {
    struct job *job = or_end(malloc(sizeof(*job)));
    job->next = NULL;
    job->row = row;
    pthread_mutex_lock(&worker->lock);
    *worker->last = job;
    worker->last = &job->next;
    pthread_cond_signal(&worker->changed);
    pthread_mutex_unlock(&worker->lock);
}

static void write_row(unsigned number) {
    pthread_mutex_lock(&s_lock);
    while (s_rows[number] == NULL)
        pthread_cond_wait(&s_done, &s_lock);
    struct row *row = s_rows[number];
    pthread_mutex_unlock(&s_lock);
    fwrite(row->gray, 1, s_width, stdout);
    free(row);
}

int main(int argc, char **argv) {
    s_width = argc == 3 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    s_height = argc == 3 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
    if (s_width == 0 || s_height == 0) {
        fputs("usage: mandelbrot WIDTH HEIGHT >picture.pgm\n", stderr);
        return 2;
    }
    s_rows = or_end(calloc(s_height, sizeof(struct row *)));
    struct worker workers[WORKERS];
    for (unsigned i = 0; i < WORKERS; i++) {
        char name[16];
        pthread_mutex_init(&workers[i].lock, NULL);
        pthread_cond_init(&workers[i].changed, NULL);
        workers[i].first = NULL;
        workers[i].last = &workers[i].first;
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
            return 2;
        snprintf(name, sizeof(name), "worker %u", i + 1);
        pthread_setname_np(workers[i].thread, name);
    }
    for (unsigned row = 0; row < s_height; row++)
        give(&workers[row % WORKERS], row);
    for (unsigned i = 0; i < WORKERS; i++)
        give(&workers[i], UINT32_MAX);
    printf("P5 %u %u 255\n", s_width, s_height);
    for (unsigned row = 0; row < s_height; row++)
        write_row(row);
    for (unsigned i = 0; i < WORKERS; i++)
        pthread_join(workers[i].thread, NULL);
    free(s_rows);
    return fflush(stdout) == 0 ? 0 : 1;
}
