/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/control.h"
#include "model/utf8.h"

#define S_PATIENCE_S 3

static const struct option s_options[] = {
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* What a report would have to change is refused: the name would not be found by what was typed. */
static int s_check_name(const char *name) {
    size_t length = strlen(name);
    if (length == 0 || length >= MS_CONTROL_TEXT)
        return ms_cli_fail("mark: a NAME has 1 to %u bytes, this one has %zu", MS_CONTROL_TEXT - 1,
                           length);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
            return ms_cli_fail("mark: '%s' has a control character", name);
    if (ms_utf8_valid(name, length) != length)
        return ms_cli_fail("mark: '%s' is not UTF-8", name);
    return MS_CLI_DONE;
}

static int s_run(int argc, char **argv) {
    int option = ms_cli_option(&ms_command_mark, argc, argv, ":h", s_options);
    if (option == 'h')
        return ms_cli_help(&ms_command_mark);
    if (option != -1)
        return MS_CLI_USAGE;
    if (argc - optind < 1 || argc - optind > 2)
        return ms_cli_fail("mark: takes a NAME, or FILE and NAME, but was given %d", argc - optind);
    const char *name = argv[argc - 1];
    if (s_check_name(name) != MS_CLI_DONE)
        return MS_CLI_USAGE;
    return ms_control_reach(
        argc - optind == 2 ? argv[optind] : NULL,
        &(struct ms_control_wish){
            .name = "mark", .command = MS_CONTROL_MARK, .patience_s = S_PATIENCE_S, .text = name});
}

const struct ms_command ms_command_mark = {
    .name = "mark",
    .arguments = "[FILE] NAME",
    .summary = "name this moment on the timeline of a running program",
    .help =
        "The moment stands under NAME in the marks of reports and on the timeline of the page, as\n"
        "with memscope_mark() in the program.\n\n" MS_CONTROL_HELP,
    .options = s_options,
    .run = s_run,
};
