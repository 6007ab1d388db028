/* SPDX-License-Identifier: MIT */
/*
 * The help of a command, as it is written in its struct ms_command, taken apart: what pages and
 * completions are made of. Its lines are prose at the left margin; items, two blanks in (six where
 * an option has no letter), of a term and behind two blanks (or ": ") its text; more text of an
 * item, further in; and examples, four blanks in.
 */
#ifndef MS_MANUAL_HELP_TEXT_H
#define MS_MANUAL_HELP_TEXT_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

#include "cli/cli.h"

enum ms_help_kind { MS_HELP_BLANK, MS_HELP_PROSE, MS_HELP_ITEM, MS_HELP_MORE, MS_HELP_EXAMPLE };

struct ms_help_line {
    enum ms_help_kind kind;
    char *term; /* of an item; else NULL */
    char *text; /* without blanks in front */
};

/* The lines of TEXT, for ms_help_lines_free(). */
struct ms_help_line *ms_help_lines(const char *text, size_t *count);
void ms_help_lines_free(struct ms_help_line *lines, size_t count);

/* An option of a command. */
struct ms_help_option {
    const char *name; /* without --; in the command's table, as long as that of the list lives */
    char letter;      /* 0: none */
    char *argument;   /* how the help calls its value; NULL: it takes none */
    char *text;       /* of its item */
};

struct ms_help_options {
    struct ms_help_option *all;
    size_t count;
    struct option *owned; /* NULL, or the table */
};

/* The options of COMMAND. False, after one line for each on standard error, where the help has not
 * the options that the command takes. The list is to be freed in either case. */
bool ms_help_options_read(struct ms_help_options *options, const struct ms_command *command);
void ms_help_options_free(struct ms_help_options *options);

#endif
