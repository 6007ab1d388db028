/* SPDX-License-Identifier: MIT */
/* What every reader gets to know about the tick it reads for. */
#ifndef MS_MONITOR_MOMENT_H
#define MS_MONITOR_MOMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/parse.h"

#define MS_MOMENT_PATH_BYTES 640

/* Synchronization: tick lock, as everything the readers keep. */
struct ms_moment {
    bool all;             /* the last tick: every reader reads, whatever its cadence */
    bool own_files;       /* the descriptors of the reading thread are not the program's */
    uint32_t own_threads; /* threads of the process that are memscope's */
    uint64_t own_cpu_ns;  /* processor time of the process that was memscope's */
    const char *root;     /* in front of every path, for tests; NULL: nothing */
    const char *gpu_feed; /* see base/gpu_feed.h; NULL: none */
    char *buffer;         /* the text of the file that was loaded last */
    size_t buffer_size;
};

/* A file that stays open from tick to tick in a helper thread with descriptors of its own, which
 * saves half the cost of reading it. Zero-initialised; belongs to one helper thread. */
struct ms_source {
    int kept; /* descriptor + 1, 0: none */
};

/* Loads a file of the kernel whole. SOURCE NULL: it is opened each time, because what it is about
 * may become another one (a control group, a network namespace). False: it cannot be read, or is
 * longer than the buffer. */
bool ms_moment_load(const struct ms_moment *moment, struct ms_source *source, const char *path,
                    struct ms_text *text);

/* Owner and mode of PATH itself (links are not followed). False: there is none. */
bool ms_moment_stat(const struct ms_moment *moment, const char *path, uint32_t *owner,
                    uint32_t *mode);

/* Whether there is something at PATH. */
bool ms_moment_exists(const struct ms_moment *moment, const char *path);

/* Loads only the first bytes, at most SIZE. */
bool ms_moment_load_start(const struct ms_moment *moment, struct ms_source *source,
                          const char *path, size_t size, struct ms_text *text);

#endif
