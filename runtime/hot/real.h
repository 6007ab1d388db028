/* SPDX-License-Identifier: MIT */
/*
 * The allocator behind us: the next definition of the malloc family after ours, which is libc's or
 * that of another allocator the program brings. Looked up at the first call. What is allocated
 * during the look-up itself (dlsym may) comes from a small arena and is never given back.
 */
#ifndef MS_HOT_REAL_H
#define MS_HOT_REAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(return type, name, parameters) */
#define MS_REAL_FUNCTIONS(X)                                                                       \
    X(void *, malloc, (size_t))                                                                    \
    X(void, free, (void *))                                                                        \
    X(void *, calloc, (size_t, size_t))                                                            \
    X(void *, realloc, (void *, size_t))                                                           \
    X(int, posix_memalign, (void **, size_t, size_t))                                              \
    X(void *, aligned_alloc, (size_t, size_t))                                                     \
    X(void *, memalign, (size_t, size_t))                                                          \
    X(void *, valloc, (size_t))                                                                    \
    X(void *, pvalloc, (size_t))                                                                   \
    X(size_t, malloc_usable_size, (void *))

struct ms_real {
#define X(type, name, parameters) type(*name) parameters;
    MS_REAL_FUNCTIONS(X)
#undef X
};
/* All functions set, or none. */
extern struct ms_real ms_real;

/* Finds them. False while another call on this or another thread is at it: use the arena. */
bool ms_real_resolve(void);

/* Whether it is glibc's, whose blocks are at least 32 bytes apart. */
bool ms_real_is_glibc(void);

/* The path of the module whose malloc the program calls because it comes before ours (a
 * sanitizer's, one that is preloaded); "" is the program itself, NULL: it is ours. */
const char *ms_real_other_malloc(void);

/* Memory from the arena, zeroed, aligned to ALIGNMENT (a power of two); NULL when it is used up. */
void *ms_real_arena(size_t size, size_t alignment);
#define MS_REAL_ARENA_BYTES 65536u
extern char ms_real_arena_memory[MS_REAL_ARENA_BYTES];
static inline bool ms_real_in_arena(const void *address) {
    return (uintptr_t)address - (uintptr_t)ms_real_arena_memory < MS_REAL_ARENA_BYTES;
}
/* Whether anything was handed out from it. */
bool ms_real_arena_is_used(void);
/* Bytes from ADDRESS to the end of what was handed out there. */
size_t ms_real_arena_size(const void *address);

#endif
