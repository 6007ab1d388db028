/* SPDX-License-Identifier: MIT */
/*
 * How a `memscope run` tells the processes that are measured what NVIDIA's library says of the
 * GPUs: a text file in the journal directory, replaced as a whole (rename) every
 * MS_GPU_FEED_PERIOD_MS.
 *
 *     memscope-gpu 1
 *     time NANOSECONDS            CLOCK_MONOTONIC at which it was written
 *     device PERMILLE USED TOTAL  one line a GPU: busy, bytes of its memory; "-": not known
 *     process PID BYTES           memory that a process has on all of them
 */
#ifndef MS_BASE_GPU_FEED_H
#define MS_BASE_GPU_FEED_H

#include <stdint.h>

#define MS_GPU_FEED_NAME      "gpu"
#define MS_GPU_FEED_FIRST     "memscope-gpu 1"
#define MS_GPU_FEED_PERIOD_MS 500
/* Who has written an older one writes no more. */
#define MS_GPU_FEED_STALE_NS UINT64_C(3000000000)

#endif
