/* SPDX-License-Identifier: MIT */
/* `memscope pause` and `memscope resume`. */
#include <getopt.h>

#include "cli/cli.h"
#include "cli/control.h"
#include "cli/source.h"
#include "store/layout.h"

#define S_PATIENCE_S 3 /* of which a monitor needs 0.1 */

static const struct option s_options[] = {
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int s_run(const struct ms_command *self, enum ms_control command, int argc, char **argv) {
    const char *file;
    int option = ms_cli_option(self, argc, argv, ":h", s_options);
    if (option == 'h')
        return ms_cli_help(self);
    if (option != -1 || !ms_source_argument(self->name, argc, argv, &file))
        return MS_CLI_USAGE;
    return ms_control_reach(file, &(struct ms_control_wish){.name = self->name,
                                                            .command = command,
                                                            .patience_s = S_PATIENCE_S});
}

static int s_run_pause(int argc, char **argv) {
    return s_run(&ms_command_pause, MS_CONTROL_PAUSE, argc, argv);
}

static int s_run_resume(int argc, char **argv) {
    return s_run(&ms_command_resume, MS_CONTROL_RESUME, argc, argv);
}

#define S_HELP                                                                                     \
    "The command ends when the process has done so, a tenth of a second later at "                 \
    "most.\n\n" MS_CONTROL_HELP

const struct ms_command ms_command_pause = {
    .name = "pause",
    .arguments = "[FILE]",
    .summary = "have a running program record no new blocks",
    .help =
        "From here on new blocks of the process are not recorded, as with memscope_pause(); the\n"
        "frees of those that are recorded still are.\n\n" S_HELP,
    .options = s_options,
    .run = s_run_pause,
};

const struct ms_command ms_command_resume = {
    .name = "resume",
    .arguments = "[FILE]",
    .summary = "have a running program record blocks again",
    .help =
        "New blocks of the process are recorded again, or for the first time when it was started\n"
        "with --start=0.\n\n" S_HELP,
    .options = s_options,
    .run = s_run_resume,
};
