/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "base/options.h"
#include "cli/cli.h"

static int s_print_options(void) {
    size_t count;
    const struct ms_option_info *table = ms_options_table(&count);
    ms_cli_begin_output();
    fputs("MEMSCOPE_OPTIONS=\"KEY=VALUE:KEY=VALUE\" sets the options of a measured run. In a value "
          "\\: "
          "is a\ncolon and \\\\ a backslash. A preset comes first, wherever it stands.\n",
          stdout);
    for (size_t i = 0; i < count; i++) {
        printf("\n  %s", table[i].key);
        if (table[i].standard[0] != '\0')
            printf(" (default: %s)", table[i].standard);
        printf("\n      %s\n      takes %s\n", table[i].help, table[i].allowed);
    }
    fputs("\nThe presets: sample_rate, stack and max_stack_depth\n\n", stdout);
#define X(name, spelling, rate, stack, depth)                                                      \
    printf("  %-16s  %-4g  %d  %d\n", spelling, (double)(rate), (int)(stack), (int)(depth));
    MS_PRESETS(X)
#undef X
    return ms_cli_end_output(MS_CLI_DONE);
}

static int s_run(int argc, char **argv) {
    if (argc > 2)
        return ms_cli_fail("help: takes one command at most");
    if (argc < 2 || strcmp(argv[1], "--help") == 0)
        return ms_cli_help(NULL);
    if (strcmp(argv[1], "options") == 0)
        return s_print_options();
    const struct ms_command *command = ms_cli_find_command(argv[1]);
    if (command == NULL)
        return ms_cli_fail("help: there is no command '%s'; `memscope --help` lists them", argv[1]);
    return ms_cli_help(command);
}

const struct ms_command ms_command_help = {
    .name = "help",
    .arguments = "[COMMAND|options]",
    .summary = "say more about a command, or about the options of a run",
    .help = "Says how a command is used, or which options MEMSCOPE_OPTIONS takes.\n",
    .run = s_run,
};
