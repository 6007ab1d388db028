/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"
#include "cli/view.h"

static const struct ms_view_column s_columns[] = {
    {"var_name", "VARIABLE", MS_VIEW_NAME, 0},
    {"type_name", "TYPE", MS_VIEW_TYPE, 5},
    {"kind", "KIND", MS_VIEW_NAME, 2},
    {"peak_bytes", "PEAK", MS_VIEW_BYTES, 0},
    {"peak_bytes", "", MS_VIEW_BAR, 1},
    {"live_bytes", "LIVE", MS_VIEW_BYTES, 4},
    {"error_percent", "±", MS_VIEW_ERROR, 4},
    {"live_count", "BLOCKS", MS_VIEW_COUNT, 1},
    {"total_bytes", "TOTAL", MS_VIEW_BYTES, 3},
    {"total_allocations", "ALLOCATIONS", MS_VIEW_COUNT, 2},
    {"average_bytes", "AVERAGE", MS_VIEW_BYTES, 1},
    {"average_lifetime_ns", "LIFETIME", MS_VIEW_TIME, 1},
    {"location", "PLACE", MS_VIEW_PLACE, 6},
};

const struct ms_view ms_view_variables = {
    .section = "variables",
    .sort = "peak_bytes",
    .columns = s_columns,
    .column_count = sizeof(s_columns) / sizeof(s_columns[0]),
    .empty = "no variable is annotated, or none has held a block; see memscope.h",
    .can_fail = false,
};

static int s_run(int argc, char **argv) {
    return ms_view_run(&ms_command_variables, &ms_view_variables, argc, argv);
}

const struct ms_command ms_command_variables = {
    .name = "variables",
    .arguments = "[OPTIONS] [FILE]",
    .summary = "memory by annotated variable",
    .help =
        "The annotated variables and members: the blocks they hold and have held. Of KIND object:\n"
        "the memory of the variable itself, on the stack; of KIND static: the same, from the\n"
        "beginning to the end of the program.\n\n" MS_VIEW_HELP,
    .view = &ms_view_variables,
    .run = s_run,
};
