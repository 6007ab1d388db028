/* SPDX-License-Identifier: MIT */
#include "model/snapshot.h"

#include <math.h>
#include <stdbool.h>

static double s_percent(uint32_t permille) {
    return permille != MS_UNKNOWN_PERMILLE ? permille / 10.0 : NAN;
}

/* "Not known" is the same number in ticks and in reports. */
_Static_assert(MS_UNKNOWN_U64 == MEMSCOPE_UNKNOWN, "ticks are copied as they are");

static uint64_t s_number(uint32_t count) {
    return count != UINT32_MAX ? count : MEMSCOPE_UNKNOWN;
}

static uint64_t s_bytes(uint32_t kib) {
    return kib != UINT32_MAX ? (uint64_t)kib * 1024 : MEMSCOPE_UNKNOWN;
}

size_t ms_snapshot_gpu_count(const struct ms_tick *tick) {
    return tick->gpu_count < MS_GPUS_PER_TICK ? tick->gpu_count : MS_GPUS_PER_TICK;
}

void ms_snapshot_fill_gpus(const struct ms_tick *tick, struct memscope_system_snapshot *out,
                           struct memscope_gpu *gpus) {
    out->gpu_count = ms_snapshot_gpu_count(tick);
    out->gpus = gpus;
    for (size_t i = 0; i < out->gpu_count; i++) {
        const struct ms_tick_gpu *gpu = &tick->gpus[i];
        gpus[i] = (struct memscope_gpu){
            .usage_percent = gpu->usage_permille != UINT16_MAX ? gpu->usage_permille / 10.0 : NAN,
            .memory_used = s_bytes(gpu->memory_used_kib),
            .memory_total = s_bytes(gpu->memory_total_kib),
        };
    }
}

void ms_snapshot_fill(const struct ms_tick *tick, struct memscope_system_snapshot *out) {
    bool has_share = tick->memory_usage_bytes != MS_UNKNOWN_U64 &&
                     tick->memory_total_bytes != MS_UNKNOWN_U64 && tick->memory_total_bytes != 0;
    *out = (struct memscope_system_snapshot){
        .timestamp = tick->time_ns,
        .cpu_usage_percent = s_percent(tick->cpu_usage_permille),
        .memory_usage_bytes = tick->memory_usage_bytes,
        .memory_usage_percent =
            has_share ? 100.0 * (double)tick->memory_usage_bytes / (double)tick->memory_total_bytes
                      : NAN,
        .thread_count = s_number(tick->thread_count),
        .disk_read_bps = tick->disk_read_bps,
        .disk_write_bps = tick->disk_write_bps,
        .network_rx_bps = tick->network_rx_bps,
        .network_tx_bps = tick->network_tx_bps,
        .gpu_usage_percent = s_percent(tick->gpu_usage_permille),
        .gpu_memory_used = tick->gpu_memory_used,
        .gpu_memory_total = tick->gpu_memory_total,
        .process_cpu_percent = s_percent(tick->process_cpu_permille),
        .process_rss_bytes = tick->process_rss_bytes,
        .heap_live_bytes = tick->heap_live_bytes,
        .process_minor_faults = tick->process_minor_faults,
        .process_major_faults = tick->process_major_faults,
        .process_read_bytes = tick->process_read_bytes,
        .process_write_bytes = tick->process_write_bytes,
        .process_fds = s_number(tick->process_fds),
        .process_pss_bytes = tick->process_pss_bytes,
        .process_gpu_bytes = tick->gpu_count != 0 ? tick->process_gpu_bytes : MEMSCOPE_UNKNOWN,
    };
}
