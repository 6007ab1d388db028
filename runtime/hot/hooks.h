/* SPDX-License-Identifier: MIT */
/*
 * Where the program's calls of malloc, calloc, realloc, free and malloc_usable_size go: to the
 * functions of malloc.c, which record, or, where there is nothing to record, straight to the
 * allocator behind us. Each is one indirect jump (hooks.c), so a program that is not measured pays
 * that alone.
 */
#ifndef MS_HOT_HOOKS_H
#define MS_HOT_HOOKS_H

#include <stddef.h>

#include "hot/record.h"

/* As the functions of the same name. They must be jumped to: they look for their caller behind
 * their own frame. */
void *ms_hook_malloc(size_t size);
void *ms_hook_calloc(size_t count, size_t size);
void *ms_hook_realloc(void *address, size_t size);
void ms_hook_free(void *address);
size_t ms_hook_usable_size(void *address);

/* realloc for a call that came from elsewhere. */
void *ms_hook_reallocation(void *address, size_t size, struct ms_call call);

/* Has the calls go to the functions of fast.c, malloc.c, sampled.c or traced.c or, while nothing is
 * recorded, to the allocator, as ms_recording says now. To be called when that has changed. Any
 * thread, also while others allocate. */
void ms_hooks_choose(void);

/* The same; from here on free and realloc first end what lies in the block (pools.h) and take its
 * guard off (guards.h). */
void ms_hooks_watch(void);

/* From here on nothing is recorded. No effect where blocks of our own arena may still be freed. Any
 * thread, also while others allocate. */
void ms_hooks_remove(void);

#endif
