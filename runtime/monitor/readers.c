/* SPDX-License-Identifier: MIT */
#include "monitor/readers.h"

#include <string.h>

void ms_readers_clear(struct ms_tick *tick) {
    memset(tick, 0, sizeof(*tick));
    tick->memory_usage_bytes = MS_UNKNOWN_U64;
    tick->memory_total_bytes = MS_UNKNOWN_U64;
    tick->disk_read_bps = MS_UNKNOWN_U64;
    tick->disk_write_bps = MS_UNKNOWN_U64;
    tick->network_rx_bps = MS_UNKNOWN_U64;
    tick->network_tx_bps = MS_UNKNOWN_U64;
    tick->process_rss_bytes = MS_UNKNOWN_U64;
    tick->process_minor_faults = MS_UNKNOWN_U64;
    tick->process_major_faults = MS_UNKNOWN_U64;
    tick->process_read_bytes = MS_UNKNOWN_U64;
    tick->process_write_bytes = MS_UNKNOWN_U64;
    tick->cpu_usage_permille = MS_UNKNOWN_PERMILLE;
    tick->process_cpu_permille = MS_UNKNOWN_PERMILLE;
    tick->thread_count = MS_UNKNOWN_PERMILLE;
    tick->process_fds = MS_UNKNOWN_PERMILLE;
    tick->process_pss_bytes = MS_UNKNOWN_U64;
    tick->gpu_usage_permille = MS_UNKNOWN_PERMILLE;
    tick->gpu_memory_used = MS_UNKNOWN_U64;
    tick->gpu_memory_total = MS_UNKNOWN_U64;
    tick->process_gpu_bytes = MS_UNKNOWN_U64;
}

void ms_readers_read(struct ms_readers *readers, const struct ms_moment *moment,
                     struct ms_tick *tick) {
    ms_process_read(&readers->process, moment, tick);
    ms_io_read(&readers->io, moment, tick);
    ms_system_read(&readers->system, moment, tick);
    ms_disk_read(&readers->disk, moment, tick);
    ms_network_read(&readers->network, moment, tick);
    ms_gpu_read(&readers->gpu, moment, tick);
}
