/* SPDX-License-Identifier: MIT */
/* The samples of the monitor: system_snapshots[], and which types a sample tells of. */
#include "model/build.h"

#include <math.h>

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

static size_t s_gpu_count(const struct ms_tick *tick) {
    return tick->gpu_count < MS_GPUS_PER_TICK ? tick->gpu_count : MS_GPUS_PER_TICK;
}

/* OUT has room for s_gpu_count. */
static void s_fill_gpus(const struct ms_tick *tick, struct memscope_gpu *out) {
    for (size_t i = 0; i < s_gpu_count(tick); i++) {
        const struct ms_tick_gpu *gpu = &tick->gpus[i];
        out[i] = (struct memscope_gpu){
            .usage_percent = gpu->usage_permille != UINT16_MAX ? gpu->usage_permille / 10.0 : NAN,
            .memory_used = s_bytes(gpu->memory_used_kib),
            .memory_total = s_bytes(gpu->memory_total_kib),
        };
    }
}

static void s_fill_snapshot(const struct ms_tick *tick, struct memscope_system_snapshot *out) {
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

enum ms_status ms_build_ticks(struct ms_build *build) {
    enum ms_status status = ms_journal_ticks(build->journal, &build->ticks, &build->tick_count);
    if (status != MS_OK)
        return status;
    size_t gpu_count = 0;
    struct memscope_system_snapshot *snapshots =
        ms_arena_array(build->arena, build->tick_count, sizeof(*snapshots));
    if (snapshots == NULL)
        return MS_NO_MEMORY;
    for (size_t i = 0; i < build->tick_count; i++)
        gpu_count += s_gpu_count(&build->ticks[i]);
    struct memscope_gpu *gpus = ms_arena_array(build->arena, gpu_count, sizeof(*gpus));
    if (gpus == NULL)
        return MS_NO_MEMORY;
    for (size_t i = 0; i < build->tick_count; i++) {
        s_fill_snapshot(&build->ticks[i], &snapshots[i]);
        s_fill_gpus(&build->ticks[i], gpus);
        snapshots[i].gpus = gpus;
        snapshots[i].gpu_count = s_gpu_count(&build->ticks[i]);
        gpus += snapshots[i].gpu_count;
    }
    build->report->system_snapshots = snapshots;
    build->report->system_snapshot_count = build->tick_count;
    return MS_OK;
}

/* A tick lists the types with live bytes, the largest MS_SHARES_OF_TYPES of them. A list with room
 * left is all of them, but for a tick that was made without lists (short of memory). */
enum ms_status ms_build_type_shares(struct ms_build *build, const struct ms_tick *tick,
                                    struct ms_type_share *shares, size_t *count, bool *all) {
    unsigned listed = 0;
    *count = 0;
    for (unsigned i = 0; i < MS_SHARES_PER_TICK; i++) {
        const struct ms_share *share = &tick->shares[i];
        ms_name name;
        if (share->kind != 1)
            continue;
        listed++;
        enum ms_status status = ms_build_type_name(build, share->id, &name);
        if (status != MS_OK)
            return status;
        size_t at = 0;
        while (at < *count && shares[at].type_name != name)
            at++;
        if (at == *count)
            shares[(*count)++] = (struct ms_type_share){name, 0};
        shares[at].live_bytes += share->live_bytes;
    }
    *all = listed < MS_SHARES_OF_TYPES && (listed != 0 || tick->heap_live_bytes == 0);
    return MS_OK;
}
