/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"
#include "cli/view.h"

static const struct ms_view_column s_columns[] = {
    {"name", "PHASE", MS_VIEW_NAME, 0},
    {"tid", "TID", MS_VIEW_PLAIN, 0},
    {"depth", "DEPTH", MS_VIEW_PLAIN, 1},
    {"start_ns", "START", MS_VIEW_TIME, 0},
    {"end_ns", "END", MS_VIEW_TIME, 2},
    {"total_allocations", "ALLOCATIONS", MS_VIEW_COUNT, 3},
    {"total_bytes", "TOTAL", MS_VIEW_BYTES, 0},
    {"heap_live_bytes_at_start", "HEAP AT START", MS_VIEW_BYTES, 4},
    {"heap_live_bytes_at_end", "AT END", MS_VIEW_BYTES, 4},
};

const struct ms_view ms_view_phases = {
    .section = "phases",
    .sort = "total_bytes",
    .columns = s_columns,
    .column_count = sizeof(s_columns) / sizeof(s_columns[0]),
    .empty = "the program has named no phase (memscope_phase_begin)",
    .can_fail = false,
};

static int s_run(int argc, char **argv) {
    return ms_view_run(&ms_command_phases, &ms_view_phases, argc, argv);
}

const struct ms_command ms_command_phases = {
    .name = "phases",
    .arguments = "[OPTIONS] [FILE]",
    .summary = "heap by named phase",
    .help =
        "The phases that the program named: what their threads allocated in them.\n\n" MS_VIEW_HELP,
    .view = &ms_view_phases,
    .run = s_run,
};
