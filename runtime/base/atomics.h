/* SPDX-License-Identifier: MIT */
/*
 * Atomic operations with the memory order in the name; there is no default order. They work on
 * plain integer and pointer objects, so that the same struct can stand in the mapped journal and be
 * read by another process. docs/memory-model.md lists which release pairs with which acquire.
 */
#ifndef MS_BASE_ATOMICS_H
#define MS_BASE_ATOMICS_H

#include <stdint.h>

#define ms_load_relaxed(p)         __atomic_load_n((p), __ATOMIC_RELAXED)
#define ms_load_acquire(p)         __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define ms_store_relaxed(p, v)     __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define ms_store_release(p, v)     __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define ms_fetch_add_relaxed(p, v) __atomic_fetch_add((p), (v), __ATOMIC_RELAXED)
#define ms_fetch_add_acq_rel(p, v) __atomic_fetch_add((p), (v), __ATOMIC_ACQ_REL)
#define ms_exchange_acquire(p, v)  __atomic_exchange_n((p), (v), __ATOMIC_ACQUIRE)
#define ms_exchange_acq_rel(p, v)  __atomic_exchange_n((p), (v), __ATOMIC_ACQ_REL)
#define ms_fence_acquire()         __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define ms_fence_release()         __atomic_thread_fence(__ATOMIC_RELEASE)

/* EXPECTED is a pointer to the value compared with; it is set to the value found on failure. */
#define ms_cas_acq_rel(p, expected, v)                                                             \
    __atomic_compare_exchange_n((p), (expected), (v), 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)
#define ms_cas_relaxed(p, expected, v)                                                             \
    __atomic_compare_exchange_n((p), (expected), (v), 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)

/* Adds to a 64-bit counter that one thread writes and others read: no locked instruction, no torn
 * value. GCC makes three instructions of a relaxed load and store; one is enough. */
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
static inline void ms_own_add(uint64_t *counter, uint64_t value) {
    __asm__("addq %1, %0" : "+m"(*counter) : "er"(value) : "cc");
}
#else
static inline void ms_own_add(uint64_t *counter, uint64_t value) {
    ms_store_relaxed(counter, ms_load_relaxed(counter) + value);
}
#endif

#if defined(__x86_64__) || defined(__i386__)
#    define ms_cpu_relax() __builtin_ia32_pause()
#elif defined(__aarch64__)
#    define ms_cpu_relax() __asm__ volatile("yield")
#else
#    define ms_cpu_relax() ((void)0)
#endif

#define MS_LIKELY(x)   __builtin_expect(!!(x), 1)
#define MS_UNLIKELY(x) __builtin_expect(!!(x), 0)

#endif
