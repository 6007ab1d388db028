/* SPDX-License-Identifier: MIT */
/* What a running process is asked to do, through its journal. */
#ifndef MS_CLI_CONTROL_H
#define MS_CLI_CONTROL_H

#include "store/layout.h"

/* For the help of each command that asks something of a process. */
#define MS_CONTROL_HELP                                                                            \
    "FILE is a pid, a program's name or a journal; left out, the newest journal. The process\n"    \
    "must be one of yours.\n"

struct ms_control_wish {
    const char *name; /* of the command line's command, for what is said */
    enum ms_control command;
    unsigned patience_s;
    /* What goes with it: a text shorter than MS_CONTROL_TEXT, or NULL; a number. */
    const char *text;
    uint64_t value;
    /* Why the process with such a header will not do it, NULL: it will. NULL: always */
    const char *(*refusal)(const struct ms_journal_header *header);
};

/* Asks the process whose journal FILE names (as ms_source_find has it), and waits for it to be
 * done, WISH->patience_s seconds at most: then it is withdrawn. MS_CLI_DONE, or MS_CLI_USAGE after
 * one line. */
int ms_control_reach(const char *file, const struct ms_control_wish *wish);

#endif
