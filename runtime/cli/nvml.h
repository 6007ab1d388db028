/* SPDX-License-Identifier: MIT */
/*
 * What NVIDIA's management library says of its GPUs. The library is looked for when the program
 * runs; it may print, hang, or end the process that calls it.
 */
#ifndef MS_CLI_NVML_H
#define MS_CLI_NVML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MS_NVML_UNKNOWN   UINT64_MAX
#define MS_NVML_PROCESSES 512

struct ms_nvml_device {
    uint64_t usage_permille; /* MS_NVML_UNKNOWN: it does not tell, also below */
    uint64_t memory_used;
    uint64_t memory_total;
};

/* What a process has on one device. */
struct ms_nvml_process {
    uint32_t pid;
    uint64_t bytes;
};

/* Loads and starts the library, once. False: there is none, or no driver, or no permission. */
bool ms_nvml_open(void);

/* Number of GPUs, those that cannot be asked too. */
unsigned ms_nvml_count(void);

/* False: GPU number INDEX cannot be asked at all. */
bool ms_nvml_read(unsigned index, struct ms_nvml_device *device);

/* The processes on it with the memory they have, where the driver knows both, at most
 * MS_NVML_PROCESSES. */
size_t ms_nvml_processes(unsigned index, struct ms_nvml_process *processes);

#endif
