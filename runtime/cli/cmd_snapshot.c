/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/journals.h"
#include "cli/source.h"
#include "cli/text.h"
#include "journal/journal_copy.h"

static const struct option s_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* PROGRAM.PID.N.mscope in the working directory, of the first N that is free. */
static char *s_choose_name(const struct ms_journal_entry *entry) {
    for (unsigned n = 1;; n++) {
        char *name = ms_cli_format("%s.%u.%u.mscope", entry->program, entry->pid, n);
        if (access(name, F_OK) != 0)
            return name;
        free(name);
    }
}

/* What is there may be replaced where it is a journal that nobody writes to. */
static bool s_may_replace(const char *path) {
    struct ms_journal_entry entry;
    if (access(path, F_OK) != 0)
        return true;
    if (!ms_journals_read_entry(path, &entry)) {
        ms_cli_fail("snapshot: %s is there, and is no journal: it stays as it is", path);
        return false;
    }
    bool running = ms_journals_running(&entry);
    ms_journals_fini_entry(&entry);
    if (running)
        ms_cli_fail("snapshot: %s is the journal of a process that runs", path);
    return !running;
}

static int s_copy(const char *path, const char *output) {
    char *part = ms_cli_format("%s.part%u", output, (unsigned)getpid());
    int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    enum ms_status status = fd >= 0 ? ms_journal_copy(path, fd) : MS_IO;
    int saved = errno;
    if (fd >= 0 && close(fd) != 0 && status == MS_OK) {
        saved = errno;
        status = MS_IO;
    }
    if (status == MS_OK && rename(part, output) != 0) {
        saved = errno;
        status = MS_IO;
    }
    if (fd >= 0 && status != MS_OK)
        unlink(part);
    free(part);
    if (status == MS_OK)
        return MS_CLI_DONE;
    return status == MS_IO
               ? ms_cli_fail("snapshot: cannot write %s: %s", output, strerror(saved))
               : ms_cli_fail("snapshot: cannot read %s: %s", path, ms_status_message(status));
}

static int s_take(const char *path, const char *wanted) {
    struct ms_journal_entry entry;
    if (!ms_journals_read_entry(path, &entry))
        return ms_cli_fail("snapshot: %s is not a journal of this version", path);
    char *output = wanted != NULL ? ms_cli_copy(wanted) : s_choose_name(&entry);
    ms_journals_fini_entry(&entry);
    int status = s_may_replace(output) ? s_copy(path, output) : MS_CLI_USAGE;
    if (status == MS_CLI_DONE) {
        char *clean = ms_text_clean(output);
        ms_cli_begin_output();
        puts(clean);
        status = ms_cli_end_output(MS_CLI_DONE);
        free(clean);
    }
    free(output);
    return status;
}

static int s_run(int argc, char **argv) {
    const char *output = NULL, *file;
    int option;
    while ((option = ms_cli_option(&ms_command_snapshot, argc, argv, ":ho:", s_options)) != -1) {
        if (option == 'h')
            return ms_cli_help(&ms_command_snapshot);
        if (option != 'o')
            return MS_CLI_USAGE;
        output = optarg;
    }
    if (!ms_source_argument("snapshot", argc, argv, &file))
        return MS_CLI_USAGE;
    char *path = ms_source_find(file);
    int status = path != NULL ? s_take(path, output) : MS_CLI_USAGE;
    free(path);
    return status;
}

const struct ms_command ms_command_snapshot = {
    .name = "snapshot",
    .arguments = "[OPTIONS] [FILE]",
    .summary = "keep the journal of a running program as it is now",
    .help = "Copies the journal while the process goes on, and prints the name of the copy, which "
            "every\n"
            "command reads: `memscope diff` of two of them tells what has grown in between. The "
            "process\n"
            "is not asked, and may be stopped. FILE is a pid, a program's name or a journal; left "
            "out,\n"
            "the newest journal.\n\n"
            "  -o, --output FILE  where to; PROGRAM.PID.N.mscope in the working directory if not "
            "said\n",
    .options = s_options,
    .run = s_run,
};
