/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <mpi.h>
#include <stdlib.h>

#include "ranks.h"

/* MPI itself ends the job when one of its functions fails. */
struct ranks ranks_begin(int *argc, char ***argv) {
    struct ranks ranks;
    MPI_Init(argc, argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &ranks.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks.count);
    return ranks;
}

void ranks_end(void) {
    MPI_Finalize();
}

void *ranks_exchange(int to, const void *data, size_t bytes, int from, size_t *received) {
    uint64_t out = bytes, in;
    MPI_Sendrecv(&out, 1, MPI_UINT64_T, to, 0, &in, 1, MPI_UINT64_T, from, 0, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
    char *answer = malloc(in + 1);
    if (answer == NULL || in > INT_MAX || bytes > INT_MAX)
        MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Sendrecv(data, (int)bytes, MPI_BYTE, to, 1, answer, (int)in, MPI_BYTE, from, 1,
                 MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    *received = in;
    return answer;
}

uint64_t ranks_sum(uint64_t value) {
    uint64_t sum;
    MPI_Allreduce(&value, &sum, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
    return sum;
}
