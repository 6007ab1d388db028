/* SPDX-License-Identifier: MIT */
/* The samples of the monitor: system_snapshots[], and which types a sample tells of. */
#include "model/build.h"
#include "model/snapshot.h"

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
        gpu_count += ms_snapshot_gpu_count(&build->ticks[i]);
    struct memscope_gpu *gpus = ms_arena_array(build->arena, gpu_count, sizeof(*gpus));
    if (gpus == NULL)
        return MS_NO_MEMORY;
    for (size_t i = 0; i < build->tick_count; i++) {
        ms_snapshot_fill(&build->ticks[i], &snapshots[i]);
        ms_snapshot_fill_gpus(&build->ticks[i], &snapshots[i], gpus);
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
