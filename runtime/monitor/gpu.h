/* SPDX-License-Identifier: MIT */
/*
 * The GPUs of the machine: NVIDIA's as a `memscope run` publishes them (base/gpu_feed.h), since
 * NVIDIA's library cannot be called in the helper thread; those of AMD and Intel by sysfs.
 */
#ifndef MS_MONITOR_GPU_H
#define MS_MONITOR_GPU_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/cadence.h"
#include "monitor/moment.h"
#include "store/layout.h"

#define MS_GPU_CARDS 16 /* card0 to card15 of the kernel's graphics drivers */

/* What there is, device by device. */
struct ms_gpus {
    uint32_t count;
    uint32_t usage_permille; /* sums of what the devices tell; unknown when none does */
    uint64_t memory_used;
    uint64_t memory_total;
    uint64_t process_bytes;
    struct ms_tick_gpu list[MS_GPUS_PER_TICK]; /* the first ones */
};

/* Zero-initialised. Synchronization: tick lock. */
struct ms_gpu_reader {
    struct ms_cadence search_cadence;
    uint32_t amd; /* bit n: card n tells its memory as AMD's driver does */
    uint32_t intel;
    struct ms_cadence cadence;
    struct ms_gpus gpus;
};

void ms_gpus_clear(struct ms_gpus *gpus);

/* Adds the devices of a feed that was written not long before NOW_NS, and what the process PID has.
 * False: nothing was added. */
bool ms_gpu_parse_feed(struct ms_text text, uint64_t now_ns, uint32_t pid, struct ms_gpus *gpus);

void ms_gpu_read(struct ms_gpu_reader *reader, const struct ms_moment *moment,
                 struct ms_tick *tick);

#endif
