/* SPDX-License-Identifier: MIT */
/* A tick of the monitor as a row of system_snapshots[]. Does not allocate; any thread. */
#ifndef MS_MODEL_SNAPSHOT_H
#define MS_MODEL_SNAPSHOT_H

#include <stddef.h>

#include "memscope/report_rows.h"
#include "store/layout.h"

/* All of OUT but its list of GPUs, which is empty. */
void ms_snapshot_fill(const struct ms_tick *tick, struct memscope_system_snapshot *out);

/* How many GPUs TICK lists, at most MS_GPUS_PER_TICK. */
size_t ms_snapshot_gpu_count(const struct ms_tick *tick);

/* The list of OUT, in GPUS, which has room for that many and lives as long as OUT. */
void ms_snapshot_fill_gpus(const struct ms_tick *tick, struct memscope_system_snapshot *out,
                           struct memscope_gpu *gpus);

#endif
