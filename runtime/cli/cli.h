/* SPDX-License-Identifier: MIT */
/*
 * What the commands of `memscope` share: the table of them, how they fail and how they finish. The
 * program is single-threaded; a command runs once.
 */
#ifndef MS_CLI_CLI_H
#define MS_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* Exit statuses, besides those of a program that was run or of a compiler. */
#define MS_CLI_DONE     0
#define MS_CLI_FINDINGS 1
#define MS_CLI_USAGE    2 /* wrong usage, unreadable input or unwritable output */

struct option;
struct ms_view;

struct ms_command {
    const char *name;                  /* as it is typed */
    const char *arguments;             /* for its help */
    const char *summary;               /* one line for the list of commands */
    const char *help;                  /* the rest of its help, whole lines */
    const struct option *options;      /* that it takes, up to a NULL; NULL: none, or those of */
    const struct ms_view *view;        /* what it shows; NULL: none */
    int (*run)(int argc, char **argv); /* argv[0] is the name; returns the exit status */
};

#define X(name) extern const struct ms_command ms_command_##name;
#include "cli/commands.def"
#undef X

/* NULL: there is no such command. */
const struct ms_command *ms_cli_find_command(const char *name);

/* All of them, in the order of the help. */
const struct ms_command *const *ms_cli_commands(size_t *count);

/* What stands above and below the list of them in the help of the program. */
extern const char ms_cli_introduction[];
extern const char ms_cli_conclusion[];

/* Prints the help of COMMAND, or that of the program when it is NULL, to standard output. */
int ms_cli_help(const struct ms_command *command);

/* One line on standard error, "memscope: ..."; control characters in it are shown as '?'.
 * Returns MS_CLI_USAGE. */
int ms_cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for what is not the end. */
void ms_cli_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether PATH ("-" is standard output) was written: MS_CLI_DONE or, after one line that says why
 * not, MS_CLI_USAGE. STATUS is what writing it gave; with MS_IO errno tells. */
int ms_cli_written(const char *path, enum ms_status status);

/* getopt_long() as the commands use it: no permutation problems, no messages of its own. Returns
 * the option, -1 behind the last one, or '?' when it has said what is wrong. */
int ms_cli_option(const struct ms_command *command, int argc, char **argv,
                  const char *short_options, const struct option *options);

/* Before something is printed: a closed pipe is an error of write() and not a signal. */
void ms_cli_begin_output(void);

/* After everything is printed: STATUS, or MS_CLI_USAGE and a line when it could not be written. */
int ms_cli_end_output(int status);

/* Memory or the end of the program with one line. The spare, if there is one, is used up first:
 * who keeps it can end what has taken the memory, and go on. False: there is none to keep. */
bool ms_cli_keep_spare(void);
void *ms_cli_alloc(size_t size);
void *ms_cli_resize(void *block, size_t size);
char *ms_cli_copy(const char *text);
char *ms_cli_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
