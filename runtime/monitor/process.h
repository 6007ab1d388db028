/* SPDX-License-Identifier: MIT */
/* The process itself: processor time, resident memory, threads, page faults. */
#ifndef MS_MONITOR_PROCESS_H
#define MS_MONITOR_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/cadence.h"
#include "monitor/moment.h"
#include "monitor/rate.h"
#include "store/layout.h"

struct ms_process_stat {
    uint64_t minor_faults;
    uint64_t major_faults;
    uint64_t threads;
};

/* Zero-initialised. Synchronization: tick lock. */
struct ms_process_reader {
    struct ms_rate cpu; /* nanoseconds of processor time */
    struct ms_source statm_source;
    struct ms_cadence stat_cadence;
    struct ms_source stat_source;
    struct ms_process_stat stat;
    bool known_stat;
    struct ms_cadence pss_cadence;
    uint64_t pss_bytes; /* when pss_cadence has begun */
};

/* /proc/PID/stat. The name in it may hold anything, also ") (". */
bool ms_process_parse_stat(struct ms_text text, struct ms_process_stat *stat);
/* /proc/PID/statm: resident pages. False also for a thread whose memory is gone. */
bool ms_process_parse_statm(struct ms_text text, uint64_t *resident_pages);

/* /proc/PID/smaps_rollup: the proportional set size. */
bool ms_process_parse_pss(struct ms_text text, uint64_t *bytes);

void ms_process_read(struct ms_process_reader *reader, const struct ms_moment *moment,
                     struct ms_tick *tick);

#endif
