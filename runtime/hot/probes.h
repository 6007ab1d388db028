/* SPDX-License-Identifier: MIT */
/*
 * Static probes of the sampler (USDT) for profilers outside of the process, by the contract of
 * OpenTelemetry's eBPF profiler (design-docs/00003-memory-profiling of
 * opentelemetry-ebpf-profiler):
 *
 *   otel_memory:alloc(address, size, weight)   a block was sampled; WEIGHT is the bytes that it
 *                                              stands for, an unbiased estimate: size / probability
 *   otel_memory:free(address)                  a sampled block is about to be freed
 *
 * A probe is a note in the library and one nop that a tracer puts a breakpoint on. Its semaphore, a
 * word that the tracer or the kernel counts up meanwhile, is looked at for sampled blocks alone.
 * Without <sys/sdt.h> (systemtap-sdt-dev) where memscope is built there are no probes.
 */
#ifndef MS_HOT_PROBES_H
#define MS_HOT_PROBES_H

#include <stdint.h>

#include "base/atomics.h"

#ifdef MS_HOT_HAS_SDT
extern volatile unsigned short otel_memory_alloc_semaphore __attribute__((visibility("hidden")));
extern volatile unsigned short otel_memory_free_semaphore __attribute__((visibility("hidden")));

/* Where the probes are. */
void ms_probes_fire_alloc(uintptr_t address, uint64_t size, uint64_t weight);
void ms_probes_fire_free(uintptr_t address);

static inline void ms_probes_alloc(uintptr_t address, uint64_t size, double probability) {
    if (MS_UNLIKELY(otel_memory_alloc_semaphore != 0))
        ms_probes_fire_alloc(address, size, (uint64_t)((double)size / probability + 0.5));
}

static inline void ms_probes_free(uintptr_t address) {
    if (MS_UNLIKELY(otel_memory_free_semaphore != 0))
        ms_probes_fire_free(address);
}
#else
static inline void ms_probes_alloc(uintptr_t address, uint64_t size, double probability) {
    (void)address, (void)size, (void)probability;
}

static inline void ms_probes_free(uintptr_t address) {
    (void)address;
}
#endif

#endif
