/* SPDX-License-Identifier: MIT */
/*
 * The limits of the control group that the process is in, version 2 or version 1 (kernel
 * documentation: admin-guide/cgroup-v2.rst, admin-guide/cgroup-v1/memory.rst,
 * scheduler/sched-bwc.rst). Every group above it limits it too: the smallest limit counts, with the
 * usage of that same group.
 */
#ifndef MS_MONITOR_CGROUP_H
#define MS_MONITOR_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/cadence.h"
#include "monitor/moment.h"
#include "monitor/rate.h"
#include "store/layout.h"

#define MS_CGROUP_PATH_BYTES 512

/* Zero-initialised. Synchronization: tick lock, also of the next one. */
struct ms_cgroup_limit {
    struct ms_cadence cadence; /* of the search: groups and limits change rarely */
    uint64_t limit;            /* 0: not limited */
    bool version2;
    char usage_path[MS_CGROUP_PATH_BYTES]; /* of the group with that limit */
};

struct ms_cgroup_cpu {
    struct ms_cgroup_limit limit; /* nanoseconds of processor time a second */
    uint64_t group;               /* hash of the path of what `usage` counts */
    struct ms_rate usage;
};

/* /proc/PID/cgroup: the group that limits what CONTROLLER is about. Version 1 where it is in use
 * there. */
bool ms_cgroup_parse_group(struct ms_text text, const char *controller, struct ms_text *group,
                           bool *version2);

/* memory.max or memory.limit_in_bytes. False: no limit. */
bool ms_cgroup_parse_limit(struct ms_text text, uint64_t *bytes);

/* cpu.max: "QUOTA PERIOD" as nanoseconds of processor time a second. False: no limit. */
bool ms_cgroup_parse_quota(struct ms_text text, uint64_t *ns);

/* Replaces USAGE and TOTAL (of the machine) by those of the group when its limit is smaller. */
void ms_cgroup_read(struct ms_cgroup_limit *limit, const struct ms_moment *moment,
                    uint64_t *usage_bytes, uint64_t *total_bytes);

/* Of a group with a quota of processor time: the share of it that was used since the last reading.
 * False: there is none, PERMILLE stays. */
bool ms_cgroup_read_cpu(struct ms_cgroup_cpu *reader, const struct ms_moment *moment,
                        uint32_t *permille);

#endif
