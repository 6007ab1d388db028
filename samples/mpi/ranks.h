/* SPDX-License-Identifier: MIT */
/* The processes of a job: by MPI (ranks_mpi.c), or by fork() on one machine (ranks_fork.c), for
 * where there is no MPI. All ranks call the same functions in the same order. What cannot be done
 * ends the job. */
#ifndef RANKS_H
#define RANKS_H

#include <stddef.h>
#include <stdint.h>

struct ranks {
    int rank, count;
};

/* First in main(), and last. */
struct ranks ranks_begin(int *argc, char ***argv);
void ranks_end(void);

/* Sends BYTES to rank TO, and receives what FROM sends: malloc'ed, *RECEIVED bytes. */
void *ranks_exchange(int to, const void *data, size_t bytes, int from, size_t *received);

/* The sum of VALUE over all ranks. */
uint64_t ranks_sum(uint64_t value);

#endif
