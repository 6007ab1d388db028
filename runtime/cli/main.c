/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/terminal.h"

static int s_print_version(void) {
    ms_cli_begin_output();
    puts("memscope " MS_CLI_VERSION);
    return ms_cli_end_output(MS_CLI_DONE);
}

int main(int argc, char **argv) {
    ms_terminal_init();
    if (argc < 2)
        return ms_cli_fail("no command given; `memscope --help` lists them");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return ms_cli_help(NULL);
    if (strcmp(argv[1], "--version") == 0)
        return s_print_version();
    const struct ms_command *command = ms_cli_find_command(argv[1]);
    if (command == NULL)
        return ms_cli_fail("there is no command '%s'; `memscope --help` lists them", argv[1]);
    return command->run(argc - 1, argv + 1);
}
