/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"
#include "cli/view.h"

static const struct ms_view_column s_columns[] = {
    {"tid", "TID", MS_VIEW_PLAIN, 0},
    {"name", "NAME", MS_VIEW_NAME, 0},
    {"total_allocations", "ALLOCATIONS", MS_VIEW_COUNT, 3},
    {"total_bytes", "TOTAL", MS_VIEW_BYTES, 0},
    {"total_bytes", "", MS_VIEW_BAR, 1},
    {"live_bytes", "LIVE", MS_VIEW_BYTES, 4},
    {"error_percent", "±", MS_VIEW_ERROR, 4},
    {"peak_bytes", "PEAK", MS_VIEW_BYTES, 5},
    {"freed_elsewhere", "FREED ELSEWHERE", MS_VIEW_COUNT, 2},
};

const struct ms_view ms_view_threads = {
    .section = "threads",
    .sort = "total_bytes",
    .columns = s_columns,
    .column_count = sizeof(s_columns) / sizeof(s_columns[0]),
    .empty = "no thread has been recorded",
    .can_fail = false,
};

static int s_run(int argc, char **argv) {
    return ms_view_run(&ms_command_threads, &ms_view_threads, argc, argv);
}

const struct ms_command ms_command_threads = {
    .name = "threads",
    .arguments = "[OPTIONS] [FILE]",
    .summary = "heap by thread",
    .help =
        "The threads: what they allocated, and what other threads freed of it.\n\n" MS_VIEW_HELP,
    .view = &ms_view_threads,
    .run = s_run,
};
