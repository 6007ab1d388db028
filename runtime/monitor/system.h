/* SPDX-License-Identifier: MIT */
/* The machine's processors and memory; inside of a cgroup with a limit, its share of that. */
#ifndef MS_MONITOR_SYSTEM_H
#define MS_MONITOR_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/cadence.h"
#include "monitor/cgroup.h"
#include "monitor/moment.h"
#include "store/layout.h"

/* Time of all processors since the machine started, in clock ticks. */
struct ms_system_cpu {
    uint64_t total;
    uint64_t idle;
};

struct ms_system_memory {
    uint64_t total_bytes;
    uint64_t available_bytes;
};

/* Zero-initialised. Synchronization: tick lock. */
struct ms_system_reader {
    struct ms_cadence cpu_cadence;
    struct ms_cadence memory_cadence;
    struct ms_source cpu_source;
    struct ms_source memory_source;
    struct ms_system_cpu cpu;
    bool known_cpu;
    uint32_t permille;
    struct ms_cgroup_cpu cgroup_cpu;
    struct ms_cgroup_limit cgroup;
    uint64_t usage_bytes;
    uint64_t total_bytes;
};

/* The first line of /proc/stat. */
bool ms_system_parse_stat(struct ms_text text, struct ms_system_cpu *cpu);
/* /proc/meminfo. */
bool ms_system_parse_meminfo(struct ms_text text, struct ms_system_memory *memory);

/* Share of the time between two readings that was busy; unknown when a counter went backwards or no
 * tick has passed. */
uint32_t ms_system_busy_permille(const struct ms_system_cpu *before,
                                 const struct ms_system_cpu *after);

void ms_system_read(struct ms_system_reader *reader, const struct ms_moment *moment,
                    struct ms_tick *tick);

#endif
