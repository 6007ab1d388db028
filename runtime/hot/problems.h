/* SPDX-License-Identifier: MIT */
/*
 * What programs should not do with blocks: free one twice, reallocate a freed one, free what is no
 * block, give a block to a deallocator of others. Each kind and pair of places is counted in one
 * record of the journal (struct ms_problem), before the real free is called, which may end the
 * program. Nothing of what the program does is prevented or changed.
 *
 * Only what is sure is noted. An address may be used again by somebody whom memscope does not see:
 * hence nothing is said of double frees after memscope_pause(), or after something was dropped.
 *
 * Called by a busy thread (record.h). Takes the store lock; keeps errno.
 */
#ifndef MS_HOT_PROBLEMS_H
#define MS_HOT_PROBLEMS_H

#include <stdbool.h>
#include <stdint.h>

#include "hot/record.h"
#include "store/layout.h"

struct ms_wrong_free {
    enum ms_problem_kind kind;
    uint32_t made;    /* the site that had made the block; 0: not known */
    uint32_t release; /* the site of the call that gave it back; 0: it has none */
    const void *block;
};

/* CALL has done that. */
void ms_problems_note(struct ms_thread *thread, const struct ms_wrong_free *wrong,
                      struct ms_call call);

/* A free, or REALLOC, of ADDRESS, where no block starts that memscope knows. */
void ms_problems_unknown_free(struct ms_thread *thread, const void *address, struct ms_call call,
                              bool realloc);

/* Whether a block of the site MADE may be given back at the site RELEASE. True where not known. */
bool ms_problems_fits(uint32_t made, uint32_t release);

/* Whether NAME is one of those that blocks of the site MADE are given back by. */
bool ms_problems_is_deallocator(uint32_t made, const char *name);

/* Whether it is sure that what is freed at RELEASE is what was handed out at MADE, and not a larger
 * block that it lies at the start of: where MADE does not know the size of its type, only when the
 * types are the same. */
bool ms_problems_is_same(uint32_t made, uint32_t release);

/* Blocks come and go unseen from now on. Whether they have not, so far. */
void ms_problems_be_unsure(void);
bool ms_problems_is_sure(void);

#endif
