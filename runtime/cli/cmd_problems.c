/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"
#include "cli/view.h"

static const struct ms_view_column s_columns[] = {
    {"kind", "PROBLEM", MS_VIEW_NAME, 0},           {"count", "TIMES", MS_VIEW_COUNT, 0},
    {"type_name", "TYPE", MS_VIEW_TYPE, 3},         {"var_name", "VARIABLE", MS_VIEW_NAME, 1},
    {"made_location", "MADE AT", MS_VIEW_PLACE, 5}, {"deallocator", "FREED BY", MS_VIEW_NAME, 2},
    {"freed_by", "BUT BY", MS_VIEW_NAME, 4},        {"freed_location", "AT", MS_VIEW_PLACE, 0},
};

const struct ms_view ms_view_problems = {
    .section = "problems",
    .sort = "count",
    .columns = s_columns,
    .column_count = sizeof(s_columns) / sizeof(s_columns[0]),
    .empty = "no problems: no block was seen to be freed twice, by the wrong function, or where "
             "there is none",
    .can_fail = true,
};

static int s_run(int argc, char **argv) {
    return ms_view_run(&ms_command_problems, &ms_view_problems, argc, argv);
}

const struct ms_command ms_command_problems = {
    .name = "problems",
    .arguments = "[OPTIONS] [FILE]",
    .summary = "blocks that were freed twice or by the wrong function",
    .help =
        "Blocks that were freed twice, reallocated after they were freed, freed where there is\n"
        "none, or given to a deallocator of other blocks, by both places. Only what is sure is\n"
        "shown.\n\n"
        "  --fail         exit with 1 when a problem is shown\n" MS_VIEW_HELP,
    .view = &ms_view_problems,
    .run = s_run,
};
