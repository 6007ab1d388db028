/* SPDX-License-Identifier: MIT */
/* Where the server gets processes and their reports from. All functions are called in the thread of
 * ms_server_run(). */
#ifndef MS_SERVE_SOURCE_H
#define MS_SERVE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "memscope/report.h"

struct ms_serve_process {
    uint64_t pid;
    uint64_t start_time; /* ns since the epoch */
    const char *program;
    bool running;
    const char *ending; /* for people: "running", "exited 0" */
    uint64_t peak_memory_bytes;
    uint64_t journal_bytes;
    uint64_t searched_time; /* ns since the epoch: blocks that nothing leads to; 0: never */
};

struct ms_serve_source {
    void *context;
    bool is_single; /* one process, of which there is no list to choose from */
    /* What there is now, those that run first; holds until the next call. */
    size_t (*list)(void *context, const struct ms_serve_process **processes);
    /* A new report of process AT of the last list, through HANDLE; NULL: there is no memory for it
     * (MS_NO_MEMORY) or it cannot be read (any other STATUS). One that is LASTING may stay open
     * while others are; else it is closed before the next is opened. */
    const struct memscope_report *(*open)(void *context, size_t at, bool lasting, void **handle,
                                          enum ms_status *status);
    void (*close)(void *context, void *handle);
};

#endif
