/* SPDX-License-Identifier: MIT */
#include "hot/probes.h"

#ifdef MS_HOT_HAS_SDT

#    define _SDT_HAS_SEMAPHORES     1
#    define STAP_SDT_ARG_CONSTRAINT r
#    include <sys/sdt.h>

/* Where tracers look for them: sys/sdt.h, "semaphores". */
#    define S_SEMAPHORE __attribute__((section(".probes"), used))

volatile unsigned short otel_memory_alloc_semaphore S_SEMAPHORE;
volatile unsigned short otel_memory_free_semaphore S_SEMAPHORE;

/* The profiler takes the arguments from where a function would have them, whatever the note says.
 */
#    if defined(__x86_64__)
#        define S_FIRST  __asm__("rdi")
#        define S_SECOND __asm__("rsi")
#        define S_THIRD  __asm__("rdx")
#    elif defined(__aarch64__)
#        define S_FIRST  __asm__("x0")
#        define S_SECOND __asm__("x1")
#        define S_THIRD  __asm__("x2")
#    else
#        define S_FIRST
#        define S_SECOND
#        define S_THIRD
#    endif

__attribute__((noinline, cold)) void ms_probes_fire_alloc(uintptr_t address, uint64_t size,
                                                          uint64_t weight) {
    register uint64_t first S_FIRST = address;
    register uint64_t second S_SECOND = size;
    register uint64_t third S_THIRD = weight;
    STAP_PROBE3(otel_memory, alloc, first, second, third);
}

__attribute__((noinline, cold)) void ms_probes_fire_free(uintptr_t address) {
    register uint64_t first S_FIRST = address;
    STAP_PROBE1(otel_memory, free, first);
}

#endif
