/* SPDX-License-Identifier: MIT */
/* What the process has read from and written to storage, and how many descriptors it has. */
#ifndef MS_MONITOR_IO_H
#define MS_MONITOR_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/cadence.h"
#include "monitor/moment.h"
#include "store/layout.h"

/* Zero-initialised. Synchronization: tick lock. */
struct ms_io_reader {
    struct ms_cadence cadence;
    struct ms_source source;
    bool known;
    uint64_t read_bytes;
    uint64_t write_bytes;
    struct ms_cadence files_cadence;
    uint32_t files;
};

/* /proc/PID/io: read_bytes and write_bytes, the bytes that reached the storage layer. */
bool ms_io_parse(struct ms_text text, uint64_t *read_bytes, uint64_t *write_bytes);

void ms_io_read(struct ms_io_reader *reader, const struct ms_moment *moment, struct ms_tick *tick);

#endif
