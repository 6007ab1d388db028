/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/journals.h"
#include "cli/grid.h"
#include "cli/text.h"

static void s_print(const struct ms_journals *journals) {
    static const struct ms_grid_column s_columns[] = {
        {.title = "PROGRAM", .elastic = true},
        {.title = "PID", .right = true},
        {.title = "STARTED", .weight = 3},
        {.title = "ENDED"},
        {.title = "PEAK", .right = true, .weight = 4},
        {.title = "SIZE", .right = true, .weight = 2},
        {.title = "JOURNAL", .elastic = true, .cut_start = true, .weight = 1},
    };
    struct ms_grid *grid = ms_grid_new(s_columns, sizeof(s_columns) / sizeof(s_columns[0]));
    for (size_t i = 0; i < journals->count; i++) {
        const struct ms_journal_entry *entry = &journals->entries[i];
        char *cells[] = {
            ms_text_clean(entry->program),      ms_text_plain(entry->pid),
            ms_text_time(entry->start_time_ns), ms_journals_ending(entry),
            ms_text_bytes(entry->peak_bytes),   ms_text_bytes(entry->file_bytes),
            ms_text_clean(entry->path),
        };
        ms_grid_add(grid, cells);
    }
    ms_grid_print(grid, 0);
    ms_grid_destroy(grid);
}

static const struct option s_options[] = {
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int s_run(int argc, char **argv) {
    struct ms_journals journals;
    int option = ms_cli_option(&ms_command_list, argc, argv, ":h", s_options);
    if (option == 'h')
        return ms_cli_help(&ms_command_list);
    if (option != -1)
        return MS_CLI_USAGE;
    if (optind < argc)
        return ms_cli_fail("list: takes no argument '%s'", argv[optind]);
    if (!ms_journals_read(&journals))
        return MS_CLI_USAGE;
    ms_journals_prune(&journals);
    ms_cli_begin_output();
    if (journals.count == 0)
        ms_cli_note("no journals in %s; `memscope run -- PROGRAM` makes one", journals.directory);
    else
        s_print(&journals);
    ms_journals_fini(&journals);
    return ms_cli_end_output(MS_CLI_DONE);
}

const struct ms_command ms_command_list = {
    .name = "list",
    .arguments = "",
    .summary = "list the journals there are",
    .help = "Lists the journals in the journal directory, newest first: program, pid, when it was\n"
            "started, how it ended, peak of its heap, size of the journal. The directory is\n"
            "$MEMSCOPE_DIR, else $XDG_RUNTIME_DIR/memscope, else /tmp/memscope-UID; the newest 64\n"
            "finished journals, of 1 GiB together, are kept there.\n",
    .options = s_options,
    .run = s_run,
};
