/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"
#include "cli/view.h"

static const struct ms_view_column s_columns[] = {
    {"var_name", "VARIABLE", MS_VIEW_NAME, 4},
    {"type_name", "TYPE", MS_VIEW_TYPE, 0},
    {"bytes", "BYTES", MS_VIEW_BYTES, 0},
    {"bytes", "SHARE", MS_VIEW_SHARE, 3},
    {"bytes", "", MS_VIEW_BAR, 1},
    {"count", "BLOCKS", MS_VIEW_COUNT, 5},
    {"first_seen_ns", "FIRST SEEN", MS_VIEW_TIME, 2},
    {"function", "FUNCTION", MS_VIEW_NAME, 6},
    {"location", "PLACE", MS_VIEW_PLACE, 0},
    {"last_seen", "LAST SEEN", MS_VIEW_SEEN, 7},
};

const struct ms_view ms_view_leaks = {
    .section = "leaks",
    .sort = "bytes",
    .columns = s_columns,
    .column_count = sizeof(s_columns) / sizeof(s_columns[0]),
    .empty = "no leaks: every recorded block was freed, or the program still runs",
    .can_fail = true,
};

static int s_run(int argc, char **argv) {
    return ms_view_run(&ms_command_leaks, &ms_view_leaks, argc, argv);
}

const struct ms_command ms_command_leaks = {
    .name = "leaks",
    .arguments = "[OPTIONS] [FILE]",
    .summary = "blocks that were never freed",
    .help =
        "The blocks that were live when the program had ended, by place, variable and stack.\n"
        "LAST SEEN is where the last annotated variable that held them was overwritten or went\n"
        "out of scope.\n\n"
        "  --fail         exit with 1 when a leak is shown\n" MS_VIEW_HELP,
    .run = s_run,
};
