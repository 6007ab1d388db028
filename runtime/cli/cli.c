/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"
#include "cli/progress.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct ms_command *const s_commands[] = {
#define X(name) &ms_command_##name,
#include "cli/commands.def"
#undef X
};
#define S_COMMAND_COUNT (sizeof(s_commands) / sizeof(s_commands[0]))

const struct ms_command *ms_cli_find_command(const char *name) {
    for (size_t i = 0; i < S_COMMAND_COUNT; i++) {
        if (strcmp(name, s_commands[i]->name) == 0)
            return s_commands[i];
    }
    return NULL;
}

const struct ms_command *const *ms_cli_commands(size_t *count) {
    *count = S_COMMAND_COUNT;
    return s_commands;
}

const char ms_cli_introduction[] =
    "memscope names the variable and the C type that hold a program's memory.\n";

const char ms_cli_conclusion[] =
    "FILE is a .mscope journal, or a pid or program name that `memscope list` shows; left out,\n"
    "it is the newest journal.\n\n"
    "memscope help COMMAND says more about one; memscope help options lists the options of\n"
    "a measured run; memscope --version prints the version.\n";

static void s_print_program_help(void) {
    printf("%s\nusage: memscope COMMAND ...\n\n", ms_cli_introduction);
    for (size_t i = 0; i < S_COMMAND_COUNT; i++)
        printf("  %-10s %s\n", s_commands[i]->name, s_commands[i]->summary);
    printf("\n%s", ms_cli_conclusion);
}

int ms_cli_help(const struct ms_command *command) {
    ms_cli_begin_output();
    if (command == NULL)
        s_print_program_help();
    else
        printf("usage: memscope %s%s%s\n\n%s", command->name, command->arguments[0] ? " " : "",
               command->arguments, command->help);
    return ms_cli_end_output(MS_CLI_DONE);
}

/* One write, so that lines of several processes do not mix. */
static void s_say(const char *format, va_list arguments) {
    static const char s_prefix[] = "memscope: ";
    char line[4096];
    memcpy(line, s_prefix, sizeof(s_prefix));
    size_t length = sizeof(s_prefix) - 1;
    int more = vsnprintf(line + length, sizeof(line) - length - 1, format, arguments);
    if (more > 0)
        length += strlen(line + length);
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    }
    line[length++] = '\n';
    fflush(stdout);
    ms_progress_clear();
    for (size_t done = 0; done < length;) {
        ssize_t written = write(STDERR_FILENO, line + done, length - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            break;
        done += (size_t)written;
    }
}

int ms_cli_fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    s_say(format, arguments);
    va_end(arguments);
    return MS_CLI_USAGE;
}

void ms_cli_note(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    s_say(format, arguments);
    va_end(arguments);
}

int ms_cli_option(const struct ms_command *command, int argc, char **argv,
                  const char *short_options, const struct option *options) {
    opterr = 0;
    int before = optind;
    int option = getopt_long(argc, argv, short_options, options, NULL);
    if (option != '?' && option != ':')
        return option;
    char letter[3] = {'-', (char)optopt, '\0'};
    /* Of a long option optopt is its value in the table or 0, and it stands in argv. */
    const char *last = argv[optind > before ? optind - 1 : before];
    const char *name = strncmp(last, "--", 2) == 0 ? last : letter;
    int length = (int)strcspn(name, "=");
    if (option == ':')
        ms_cli_fail("%s: option '%.*s' needs a value; see `memscope help %s`", command->name,
                    length, name, command->name);
    else
        ms_cli_fail("%s: wrong option '%s'; see `memscope help %s`", command->name, name,
                    command->name);
    return '?';
}

int ms_cli_written(const char *path, enum ms_status status) {
    if (status == MS_OK)
        return MS_CLI_DONE;
    return ms_cli_fail("cannot write %s: %s", strcmp(path, "-") == 0 ? "to standard output" : path,
                       status == MS_IO ? strerror(errno) : ms_status_message(status));
}

void ms_cli_begin_output(void) {
    signal(SIGPIPE, SIG_IGN);
}

int ms_cli_end_output(int status) {
    errno = 0;
    bool failed = fflush(stdout) != 0 || ferror(stdout);
    int error = errno;
    /* A file system may tell only now. Standard output may have been closed from the start. */
    if (!failed && close(STDOUT_FILENO) != 0 && errno != EBADF) {
        failed = true;
        error = errno;
    }
    if (!failed || status == MS_CLI_USAGE) /* then a line has said why */
        return status;
    if (error == EPIPE) /* whoever read it has read enough: `memscope types | head` */
        return MS_CLI_USAGE;
    if (error == 0)
        error = EIO;
    return ms_cli_fail("cannot write to standard output: %s", strerror(error));
}

#define S_SPARE_BYTES (1u << 20)

static void *s_spare;

bool ms_cli_keep_spare(void) {
    if (s_spare == NULL)
        s_spare = malloc(S_SPARE_BYTES);
    return s_spare != NULL;
}

/* Whether it is worth trying again after ATTEMPT has given NULL. */
static bool s_again(const void *attempt) {
    if (attempt != NULL)
        return false;
    if (s_spare == NULL) {
        ms_cli_fail("out of memory");
        exit(MS_CLI_USAGE);
    }
    free(s_spare);
    s_spare = NULL;
    return true;
}

void *ms_cli_alloc(size_t size) {
    void *block;
    do
        block = calloc(1, size != 0 ? size : 1);
    while (s_again(block));
    return block;
}

void *ms_cli_resize(void *block, size_t size) {
    void *resized;
    do
        resized = realloc(block, size != 0 ? size : 1);
    while (s_again(resized));
    return resized;
}

char *ms_cli_copy(const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(ms_cli_alloc(size), text, size);
}

char *ms_cli_format(const char *format, ...) {
    va_list arguments;
    char *text;
    do {
        va_start(arguments, format);
        if (vasprintf(&text, format, arguments) < 0)
            text = NULL;
        va_end(arguments);
    } while (s_again(text));
    return text;
}
