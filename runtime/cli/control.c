/* SPDX-License-Identifier: MIT */
/* store/layout.h says how a process is asked, store/control.h how it hears of it. */
#include "cli/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/atomics.h"
#include "cli/cli.h"
#include "cli/journals.h"
#include "cli/source.h"

#define S_POLL_NS 20000000L /* 20 ms */
#define S_GRACE   50u       /* polls for what has been begun at the last moment */

struct s_control {
    const struct ms_control_wish *wish;
    const char *path;
    int fd; /* of the journal, writable; whoever asks holds its lock */
    struct ms_journal_header *header;
    unsigned polls; /* that are left */
};

/* A little time; false: patience is at an end. */
static bool s_wait(struct s_control *control) {
    struct timespec pause = {.tv_nsec = S_POLL_NS};
    if (control->polls == 0)
        return false;
    control->polls--;
    nanosleep(&pause, NULL);
    return true;
}

static bool s_is_running(const char *path, unsigned *pid) {
    struct ms_journal_entry entry;
    if (!ms_journals_read_entry(path, &entry))
        return false;
    bool running = ms_journals_running(&entry);
    *pid = entry.pid;
    ms_journals_fini_entry(&entry);
    return running;
}

static int s_fail_silent(const struct s_control *control) {
    unsigned pid = control->header->pid;
    if (!s_is_running(control->path, &pid))
        return ms_cli_fail("%s: process %u of %s has ended", control->wish->name, pid,
                           control->path);
    if ((ms_load_relaxed(&control->header->control_request) & MS_CONTROL_TAKEN) != 0)
        return ms_cli_fail(
            "%s: process %u has begun with it and does not finish: it is stopped, or "
            "it takes long (%s)",
            control->wish->name, pid, control->path);
    return ms_cli_fail(
        "%s: process %u does not answer: it is stopped, or has not allocated yet (%s)",
        control->wish->name, pid, control->path);
}

/* One that asks at a time; the lock goes with the descriptor, also when we are killed. */
static int s_lock(struct s_control *control) {
    while (flock(control->fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return ms_cli_fail("%s: %s cannot be locked: %s", control->wish->name, control->path,
                               strerror(errno));
        if (!s_wait(control))
            return ms_cli_fail("%s: process %u is being asked for something by another memscope",
                               control->wish->name, control->header->pid);
    }
    return MS_CLI_DONE;
}

static bool s_is_done(const struct s_control *control, uint64_t word) {
    uint64_t done = ms_load_acquire(&control->header->control_done);
    return MS_CONTROL_NUMBER(done) >= MS_CONTROL_NUMBER(word);
}

/* Somebody who was killed may have left a request, which is still to be done. */
static bool s_wait_for_turn(struct s_control *control, uint64_t *last) {
    for (;;) {
        *last = ms_load_acquire(&control->header->control_request);
        if (MS_CONTROL_COMMAND(*last) == MS_CONTROL_NONE || s_is_done(control, *last))
            return true;
        if (!s_wait(control))
            return false;
    }
}

static void s_write_words(struct ms_journal_header *header, const struct ms_control_wish *wish) {
    const char *text = wish->text;
    size_t length = text != NULL ? strlen(text) : 0;
    ms_store_relaxed(&header->control_value, wish->value);
    for (size_t i = 0; i < MS_CONTROL_TEXT; i++)
        ms_store_relaxed(&header->control_text[i], i < length ? text[i] : '\0');
}

/* False: it is not done. It was withdrawn then, if the process has not begun with it. */
static bool s_wait_for_answer(struct s_control *control, uint64_t word) {
    uint64_t unchanged = word;
    uint64_t none = MS_CONTROL_WORD(MS_CONTROL_NUMBER(word), MS_CONTROL_NONE);
    while (!s_is_done(control, word))
        if (!s_wait(control))
            break;
    if (s_is_done(control, word))
        return true;
    if (ms_cas_acq_rel(&control->header->control_request, &unchanged, none))
        return false;
    control->polls = S_GRACE;
    while (!s_is_done(control, word))
        if (!s_wait(control))
            return false;
    return true;
}

static int s_ask(struct s_control *control) {
    const struct ms_control_wish *wish = control->wish;
    struct ms_journal_header *header = control->header;
    uint64_t last;
    if (!s_wait_for_turn(control, &last))
        return s_fail_silent(control);
    uint64_t word = MS_CONTROL_WORD(MS_CONTROL_NUMBER(last) + 1, wish->command);
    s_write_words(header, wish);
    if (!ms_cas_acq_rel(&header->control_request, &last, word)) /* pairs with ms_control_take */
        return ms_cli_fail("%s: %s is being written by something that is not memscope", wish->name,
                           control->path);
    if (!s_wait_for_answer(control, word))
        return s_fail_silent(control);
    switch (ms_load_relaxed(&header->control_result)) {
    case MS_CONTROL_DONE:
        return MS_CLI_DONE;
    case MS_CONTROL_NO_ROOM:
        return ms_cli_fail("%s: process %u has no room for it in %s", wish->name, header->pid,
                           control->path);
    default:
        return ms_cli_fail("%s: process %u refuses it (%s)", wish->name, header->pid,
                           control->path);
    }
}

/* With the journal open. */
static int s_reach(struct s_control *control) {
    const struct ms_control_wish *wish = control->wish;
    struct ms_journal_entry entry;
    if (!ms_journals_read_entry(control->path, &entry))
        return ms_cli_fail("%s: %s is not a journal of this version", wish->name, control->path);
    bool running = ms_journals_running(&entry), is_copy = entry.is_copy;
    unsigned pid = entry.pid;
    ms_journals_fini_entry(&entry);
    if (is_copy)
        return ms_cli_fail("%s: %s is a snapshot, which no process listens to; name process %u",
                           wish->name, control->path, pid);
    if (!running)
        return ms_cli_fail("%s: process %u of %s has ended", wish->name, pid, control->path);
    void *header =
        mmap(NULL, sizeof(*control->header), PROT_READ | PROT_WRITE, MAP_SHARED, control->fd, 0);
    if (header == MAP_FAILED)
        return ms_cli_fail("%s: %s cannot be mapped: %s", wish->name, control->path,
                           strerror(errno));
    int status = MS_CLI_USAGE;
    control->header = header;
    const char *refusal = wish->refusal != NULL ? wish->refusal(header) : NULL;
    if (refusal != NULL)
        ms_cli_fail("%s: process %u %s", wish->name, pid, refusal);
    else if (control->header->monitor_ms == 0)
        ms_cli_fail("%s: process %u runs without a monitor (monitor=0), which takes requests",
                    wish->name, pid);
    else if (s_lock(control) == MS_CLI_DONE)
        status = s_ask(control);
    munmap(header, sizeof(*control->header));
    return status;
}

int ms_control_reach(const char *file, const struct ms_control_wish *wish) {
    char *path = ms_source_find(file);
    if (path == NULL)
        return MS_CLI_USAGE;
    struct s_control control = {
        .wish = wish,
        .path = path,
        .polls = wish->patience_s * (1000000000 / S_POLL_NS),
        .fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK),
    };
    int status = MS_CLI_USAGE;
    if (control.fd >= 0)
        status = s_reach(&control);
    else
        ms_cli_fail("%s: %s cannot be written: %s", wish->name, path, strerror(errno));
    if (control.fd >= 0)
        close(control.fd);
    free(path);
    return status;
}
