/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"
#include "cli/view.h"

static const struct ms_view_column s_columns[] = {
    {"type_name", "TYPE", MS_VIEW_TYPE, 0},
    {"peak_bytes", "PEAK", MS_VIEW_BYTES, 0},
    {"live_bytes", "LIVE", MS_VIEW_BYTES, 8},
    {"error_percent", "±", MS_VIEW_ERROR, 8},
    {"live_count", "BLOCKS", MS_VIEW_COUNT, 5},
    {"total_bytes", "TOTAL", MS_VIEW_BYTES, 9},
    {"total_bytes", "SHARE", MS_VIEW_SHARE, 7},
    {"total_bytes", "", MS_VIEW_BAR, 1},
    {"total_count", "ALLOCATIONS", MS_VIEW_COUNT, 6},
    {"size", "SIZE", MS_VIEW_BYTES, 4},
    {"average_bytes", "AVERAGE", MS_VIEW_BYTES, 2},
    {"average_lifetime_ns", "LIFETIME", MS_VIEW_TIME, 3},
    {"temporary_count", "TEMPORARY", MS_VIEW_COUNT, 2},
    {"moved_bytes", "MOVED", MS_VIEW_BYTES, 2},
    {"padding_waste_bytes", "WASTE", MS_VIEW_BYTES, 3},
    {"declared", "DECLARED", MS_VIEW_PLACE, 1},
};

const struct ms_view ms_view_types = {
    .section = "types",
    .sort = "peak_bytes",
    .columns = s_columns,
    .column_count = sizeof(s_columns) / sizeof(s_columns[0]),
    .empty = "no heap block has been recorded",
    .can_fail = false,
};

static int s_run(int argc, char **argv) {
    return ms_view_run(&ms_command_types, &ms_view_types, argc, argv);
}

const struct ms_command ms_command_types = {
    .name = "types",
    .arguments = "[OPTIONS] [FILE]",
    .summary = "heap by C type, with padding",
    .help =
        "The C types of heap blocks: live, peak and total bytes; the AVERAGE size of a block and\n"
        "the LIFETIME of a byte; blocks freed before the next allocation (TEMPORARY), bytes that\n"
        "realloc has MOVED, and what padding wastes.\n\n" MS_VIEW_HELP,
    .view = &ms_view_types,
    .run = s_run,
};
