/* SPDX-License-Identifier: MIT */
/* What the machine reads from and writes to its disks, in bytes a second. */
#ifndef MS_MONITOR_DISK_H
#define MS_MONITOR_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/cadence.h"
#include "monitor/moment.h"
#include "monitor/rate.h"
#include "store/layout.h"

struct ms_disk_totals {
    uint64_t read_bytes;
    uint64_t write_bytes;
    uint32_t devices;
    uint64_t names; /* hash of the names of those, see ms_parse_hash */
};

/* Zero-initialised. Synchronization: tick lock. */
struct ms_disk_reader {
    struct ms_cadence cadence;
    struct ms_source source;
    uint64_t names; /* of the devices that the rates count */
    struct ms_rate read;
    struct ms_rate write;
};

/*
 * /proc/diskstats (kernel documentation: admin-guide/iostats.rst), whole disks only. Left out:
 * partitions; devices whose bytes are counted on the disks below them (dm, md, bcache, drbd, loop);
 * memory (ram, zram); the paths below a multipath NVMe disk. False: not a line of it can be read.
 */
bool ms_disk_parse(struct ms_text text, struct ms_disk_totals *totals);

void ms_disk_read(struct ms_disk_reader *reader, const struct ms_moment *moment,
                  struct ms_tick *tick);

#endif
