/* SPDX-License-Identifier: MIT */
/*
 * Accounts blocks where only some are sampled (sampler.h). In place of record.c, chosen when the
 * journal is opened: malloc, calloc, realloc and free are these functions then.
 *
 * Exact for every block, sampled or not: how many a site has made and how many bytes that was, what
 * a thread has made and freed, and the live bytes of the process, in usable bytes (what the
 * allocator has set aside for a block: its size is not kept anywhere else). A sampled block has a
 * record, a stack and a time besides; what is live by site, type, variable and stack is estimated
 * from those.
 *
 * A free of a block that is not sampled is told by one look at a table of 32 KiB.
 *
 * The decision is the block's for its life. By bytes, a block that realloc lets grow gets another
 * chance for what is new; its probability is that of all its bytes, and stays when it shrinks. Once
 * the rate has been changed, realloc is a free and an allocation to the sampler.
 *
 * A block that realloc has made is counted where realloc was called, unless a typing site claims
 * it: where the old one came from is known of sampled blocks alone.
 *
 * Functions are called in any thread and signal handler, as those of record.h are.
 */
#ifndef MS_HOT_SAMPLED_H
#define MS_HOT_SAMPLED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hot/record.h"

/* Once, when the journal is opened and the allocator behind us is known. */
void ms_sampled_init(void);

/* As the functions of the same name; they must be jumped to (hooks.h). */
void *ms_sampled_malloc(size_t size);
void *ms_sampled_calloc(size_t count, size_t size);
void *ms_sampled_realloc(void *address, size_t size);
void ms_sampled_free(void *address);

/* realloc for a call that came from elsewhere. */
void *ms_sampled_reallocation(void *address, size_t size, struct ms_call call);

/* ADDRESS, SIZE bytes as requested or NULL, was just allocated. Returns ADDRESS. */
void *ms_sampled_allocation(void *address, size_t size, struct ms_call call);

/* From now on blocks are chosen as WORD says (ms_sampling_pack). One thread at a time, any. */
void ms_sampled_change(uint64_t word);

/* The process ends: its live bytes and their peak are brought up to date with what the calling
 * thread, which has recorded something, knows. */
void ms_sampled_end(void);

/* Whether VALUE may be the address of a sampled block. */
bool ms_sampled_has(const void *value);

/* The variable of SITE, at PLACE, holds VALUE from now on, if that is a live block. */
void ms_sampled_taken(uint32_t site, const void *value, const void *place);

#endif
