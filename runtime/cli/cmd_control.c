/* SPDX-License-Identifier: MIT */
/* `memscope pause` and `memscope resume`: store/control.h says how a process hears of it. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/atomics.h"
#include "cli/cli.h"
#include "cli/journals.h"
#include "cli/source.h"
#include "store/layout.h"

#define S_POLL_NS  20000000L /* 20 ms */
#define S_PATIENCE 150       /* polls: 3 s, of which a monitor needs 0.1 */

/* Puts a request into the header; the word that stands there when it is done. */
static uint64_t s_ask(struct ms_journal_header *header, enum ms_control command) {
    uint64_t before = ms_load_relaxed(&header->control_request), request;
    do
        request = MS_CONTROL_REQUEST(before, command);
    while (!ms_cas_acq_rel(&header->control_request, &before, request));
    return request;
}

/* A later request stands for an earlier one, whoever made it. */
static bool s_is_done(const struct ms_journal_header *header, uint64_t request) {
    uint64_t done = ms_load_acquire(&header->control_done);
    return MS_CONTROL_NUMBER(done) >= MS_CONTROL_NUMBER(request);
}

static int s_request(const char *path, struct ms_journal_header *header, enum ms_control command,
                     const char *name) {
    if (header->monitor_ms == 0)
        return ms_cli_fail(
            "%s: process %u runs without a monitor (monitor=0), which takes requests", name,
            header->pid);
    uint64_t request = s_ask(header, command);
    for (unsigned i = 0; i < S_PATIENCE; i++) {
        struct timespec pause = {.tv_nsec = S_POLL_NS};
        if (s_is_done(header, request))
            return MS_CLI_DONE;
        nanosleep(&pause, NULL);
    }
    return ms_cli_fail(
        "%s: process %u does not answer: it is stopped, or has not allocated yet (%s)", name,
        header->pid, path);
}

static int s_reach(const char *path, enum ms_control command, const char *name) {
    struct ms_journal_entry entry;
    if (!ms_journals_read_entry(path, &entry))
        return ms_cli_fail("%s: %s is not a journal of this version", name, path);
    bool running = ms_journals_running(&entry);
    unsigned pid = entry.pid;
    ms_journals_fini_entry(&entry);
    if (!running)
        return ms_cli_fail("%s: process %u of %s has ended", name, pid, path);
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return ms_cli_fail("%s: %s cannot be written: %s", name, path, strerror(errno));
    struct ms_journal_header *header =
        mmap(NULL, sizeof(*header), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (header == MAP_FAILED)
        return ms_cli_fail("%s: %s cannot be mapped: %s", name, path, strerror(errno));
    int status = s_request(path, header, command, name);
    munmap(header, sizeof(*header));
    return status;
}

static int s_run(const struct ms_command *self, enum ms_control command, int argc, char **argv) {
    static const struct option s_options[] = {
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *file;
    int option = ms_cli_option(self, argc, argv, ":h", s_options);
    if (option == 'h')
        return ms_cli_help(self);
    if (option != -1 || !ms_source_argument(self->name, argc, argv, &file))
        return MS_CLI_USAGE;
    char *path = ms_source_find(file);
    int status = path != NULL ? s_reach(path, command, self->name) : MS_CLI_USAGE;
    free(path);
    return status;
}

static int s_run_pause(int argc, char **argv) {
    return s_run(&ms_command_pause, MS_CONTROL_PAUSE, argc, argv);
}

static int s_run_resume(int argc, char **argv) {
    return s_run(&ms_command_resume, MS_CONTROL_RESUME, argc, argv);
}

#define S_HELP                                                                                     \
    "FILE is a pid, a program's name or a journal; left out, the newest journal. The process "     \
    "must\n"                                                                                       \
    "be one of yours. Ends when it has done so, a tenth of a second later at most.\n"

const struct ms_command ms_command_pause = {
    .name = "pause",
    .arguments = "[FILE]",
    .summary = "have a running program record no new blocks",
    .help =
        "From here on new blocks of the process are not recorded, as with memscope_pause(); the\n"
        "frees of those that are recorded still are. " S_HELP,
    .run = s_run_pause,
};

const struct ms_command ms_command_resume = {
    .name = "resume",
    .arguments = "[FILE]",
    .summary = "have a running program record blocks again",
    .help =
        "New blocks of the process are recorded again, or for the first time when it was started\n"
        "with --start=0. " S_HELP,
    .run = s_run_resume,
};
