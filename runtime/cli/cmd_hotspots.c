/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"
#include "cli/view.h"

static const struct ms_view_column s_columns[] = {
    {"var_name", "VARIABLE", MS_VIEW_NAME, 7},
    {"type_name", "TYPE", MS_VIEW_TYPE, 0},
    {"total_size", "TOTAL", MS_VIEW_BYTES, 0},
    {"total_size", "SHARE", MS_VIEW_SHARE, 6},
    {"total_size", "", MS_VIEW_BAR, 1},
    {"allocation_count", "ALLOCATIONS", MS_VIEW_COUNT, 5},
    {"live_size", "LIVE", MS_VIEW_BYTES, 4},
    {"live_count", "BLOCKS", MS_VIEW_COUNT, 2},
    {"temporary_count", "TEMPORARY", MS_VIEW_COUNT, 1},
    {"moved_bytes", "MOVED", MS_VIEW_BYTES, 1},
    {"function", "FUNCTION", MS_VIEW_NAME, 3},
    {"location", "PLACE", MS_VIEW_PLACE, 0},
};

const struct ms_view ms_view_hotspots = {
    .section = "hotspots",
    .sort = "total_size",
    .columns = s_columns,
    .column_count = sizeof(s_columns) / sizeof(s_columns[0]),
    .empty = "no heap block has been recorded",
    .can_fail = false,
};

static int s_run(int argc, char **argv) {
    return ms_view_run(&ms_command_hotspots, &ms_view_hotspots, argc, argv);
}

const struct ms_command ms_command_hotspots = {
    .name = "hotspots",
    .arguments = "[OPTIONS] [FILE]",
    .summary = "the places that allocate most",
    .help = "The places that allocate: variable, type, function and line, with bytes and "
            "blocks.\n\n" MS_VIEW_HELP,
    .view = &ms_view_hotspots,
    .run = s_run,
};
