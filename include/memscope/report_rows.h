/* SPDX-License-Identifier: MIT */
/*
 * The rows that a report (report.h) shares with what a program analyses itself (tracker.h). Units
 * and what is not known are as in report.h.
 */
#ifndef MEMSCOPE_REPORT_ROWS_H
#define MEMSCOPE_REPORT_ROWS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MEMSCOPE_UNKNOWN UINT64_MAX
#define MEMSCOPE_NO_ID   UINT32_MAX /* an id that is not known: null */

struct memscope_hotspot {
    const char *var_name;
    const char *type_name;
    uint64_t total_size;
    uint64_t allocation_count;
    const char *location; /* "file:line" */
    const char *function;
    uint64_t live_size;
    uint64_t live_count;
    uint32_t stack_id;        /* of the stack with the most live bytes there */
    uint64_t temporary_count; /* blocks freed before their thread's next allocation */
    uint64_t moved_bytes;     /* that realloc has moved to another address */
};

struct memscope_gpu {
    double usage_percent;
    uint64_t memory_used; /* in steps of 1 KiB, also the next one */
    uint64_t memory_total;
};

struct memscope_system_snapshot {
    uint64_t timestamp;
    double cpu_usage_percent;
    uint64_t memory_usage_bytes;
    double memory_usage_percent;
    uint64_t thread_count;
    uint64_t disk_read_bps;
    uint64_t disk_write_bps;
    uint64_t network_rx_bps;
    uint64_t network_tx_bps;
    double gpu_usage_percent; /* sums of all GPUs, also the next two: may be over 100 */
    uint64_t gpu_memory_used;
    uint64_t gpu_memory_total;
    double process_cpu_percent; /* of one processor */
    uint64_t process_rss_bytes;
    uint64_t heap_live_bytes;
    uint64_t process_minor_faults; /* since the start, also the next three */
    uint64_t process_major_faults;
    uint64_t process_read_bytes; /* from and to storage */
    uint64_t process_write_bytes;
    uint64_t process_fds; /* open descriptors */
    uint64_t process_pss_bytes;
    uint64_t process_gpu_bytes;      /* memory of GPUs */
    const struct memscope_gpu *gpus; /* the first eight */
    size_t gpu_count;
};

/* What a thread allocated; who has ended stays. */
struct memscope_thread_report {
    uint64_t tid;
    const char *name;
    uint64_t total_allocations;
    uint64_t total_bytes;
    uint64_t live_bytes; /* made by this thread, whoever frees them */
    uint64_t peak_bytes;
    uint64_t freed_elsewhere;  /* blocks of this thread that another thread has freed */
    uint64_t stack_peak_bytes; /* of the annotated objects on its stack; unknown: there are none */
    double error_percent;      /* of the live numbers, as in struct memscope_site_report */
};

/* What happens to a block. X(number, NAME, "spelling in reports") */
#define MEMSCOPE_EVENT_KINDS(X)                                                                    \
    X(1, ALLOC, "alloc")                                                                           \
    X(2, FREE, "free")                                                                             \
    X(3, REALLOC, "realloc")

enum memscope_event_kind {
#define X(number, name, spelling) MEMSCOPE_EVENT_##name = number,
    MEMSCOPE_EVENT_KINDS(X)
#undef X
};

/* One thing that happened to a block that was written down (option `events`). */
struct memscope_event {
    uint64_t timestamp; /* precise. Of a free: right before it; else right behind it */
    const char *kind;   /* spelling of enum memscope_event_kind */
    uint64_t address;
    uint64_t size;           /* requested. Of a realloc: the new one; so are the next two */
    uint32_t site_id;        /* that the block is counted at; not known: not yet */
    uint64_t thread_id;      /* of the thread that did it */
    uint32_t stack_id;       /* where the block was made, also of a free */
    uint64_t former_address; /* of a realloc: where the block was before. Else not known */
};

#ifdef __cplusplus
}
#endif

#endif
