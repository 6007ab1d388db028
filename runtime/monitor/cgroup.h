/* SPDX-License-Identifier: MIT */
/*
 * The memory limit of the control group that the process is in, version 2 or version 1 (kernel
 * documentation: admin-guide/cgroup-v2.rst, admin-guide/cgroup-v1/memory.rst). Every group above it
 * limits it too: the smallest limit counts, with the usage of that same group.
 */
#ifndef MS_MONITOR_CGROUP_H
#define MS_MONITOR_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/cadence.h"
#include "monitor/moment.h"

#define MS_CGROUP_PATH_BYTES 512

/* Zero-initialised. Synchronization: tick lock. */
struct ms_cgroup_reader {
    struct ms_cadence cadence;             /* of the search: groups and limits change rarely */
    uint64_t limit_bytes;                  /* 0: not limited */
    char usage_path[MS_CGROUP_PATH_BYTES]; /* of the group with that limit */
};

/* /proc/PID/cgroup: the group that limits memory. Version 1 where its memory controller is in use.
 */
bool ms_cgroup_parse_group(struct ms_text text, struct ms_text *group, bool *version2);

/* memory.max or memory.limit_in_bytes. False: no limit. */
bool ms_cgroup_parse_limit(struct ms_text text, uint64_t *bytes);

/* Replaces USAGE and TOTAL (of the machine) by those of the group when its limit is smaller. */
void ms_cgroup_read(struct ms_cgroup_reader *reader, const struct ms_moment *moment,
                    uint64_t *usage_bytes, uint64_t *total_bytes);

#endif
