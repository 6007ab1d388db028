/* SPDX-License-Identifier: MIT */
/* store/control.h says how a process hears of it. */
#include "cli/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/atomics.h"
#include "cli/cli.h"
#include "cli/journals.h"

#define S_POLL_NS 20000000L /* 20 ms */

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
                     const char *name, unsigned patience_s) {
    if (header->monitor_ms == 0)
        return ms_cli_fail(
            "%s: process %u runs without a monitor (monitor=0), which takes requests", name,
            header->pid);
    uint64_t request = s_ask(header, command);
    for (unsigned i = 0; i < patience_s * (1000000000 / S_POLL_NS); i++) {
        struct timespec pause = {.tv_nsec = S_POLL_NS};
        if (s_is_done(header, request))
            return MS_CLI_DONE;
        nanosleep(&pause, NULL);
    }
    return ms_cli_fail(
        "%s: process %u does not answer: it is stopped, or has not allocated yet (%s)", name,
        header->pid, path);
}

int ms_control_reach(const char *path, enum ms_control command, const char *name,
                     unsigned patience_s) {
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
    int status = s_request(path, header, command, name, patience_s);
    munmap(header, sizeof(*header));
    return status;
}
