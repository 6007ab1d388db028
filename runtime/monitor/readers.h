/* SPDX-License-Identifier: MIT */
/* All readers of process and system numbers, one file each. */
#ifndef MS_MONITOR_READERS_H
#define MS_MONITOR_READERS_H

#include "monitor/disk.h"
#include "monitor/gpu.h"
#include "monitor/io.h"
#include "monitor/moment.h"
#include "monitor/network.h"
#include "monitor/process.h"
#include "monitor/system.h"
#include "store/layout.h"

/* Zero-initialised. Synchronization: tick lock. */
struct ms_readers {
    struct ms_process_reader process;
    struct ms_io_reader io;
    struct ms_system_reader system;
    struct ms_disk_reader disk;
    struct ms_network_reader network;
    struct ms_gpu_reader gpu;
};

/* TICK with nothing in it: 0 where the store adds up, else "not known". */
void ms_readers_clear(struct ms_tick *tick);

/* Fills in all process and system numbers of TICK; one that cannot be read is not known. */
void ms_readers_read(struct ms_readers *readers, const struct ms_moment *moment,
                     struct ms_tick *tick);

#endif
