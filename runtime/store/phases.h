/* SPDX-License-Identifier: MIT */
/*
 * Named phases: what a thread does between two calls, one inside another. The record is there from
 * the first call on, so that a killed process has its open phases too.
 *
 * A struct ms_phases belongs to its thread. Functions keep errno.
 */
#ifndef MS_STORE_PHASES_H
#define MS_STORE_PHASES_H

#include <stdint.h>

#include "store/layout.h"

/* More are counted as dropped: a phase in a loop shall not fill the journal. */
#define MS_PHASE_LIMIT 65536u

/* The phases that a thread is in. */
struct ms_phases {
    uint32_t innermost; /* number of its record, counted from 1; 0: none */
    uint32_t depth;
    uint32_t missed; /* inside of that: phases for which there was no record */
};

/* The thread of record THREAD, which is *RECORD, is in the phase NAME from now on. Takes the store
 * lock. */
void ms_phases_begin(struct ms_phases *phases, const char *name, uint32_t thread,
                     const struct ms_thread_record *record);

/* The innermost phase has ended. Without one nothing happens. Takes the store lock. */
void ms_phases_end(struct ms_phases *phases, const struct ms_thread_record *record);

/* In the child of a fork, lock held: it has none of its parent's. */
void ms_phases_forked(void);

#endif
