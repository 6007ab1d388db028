/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements that may give a new block. A wrong yes costs a load and a compare at run time, since a
 * claim is guarded; a wrong no costs the type of the block. */
#ifndef MS_PLUGIN_CANDIDATE_H
#define MS_PLUGIN_CANDIDATE_H

#include "gcc_api.h"

/* Whether CALL may return a new block: it returns a pointer in a register, and is no function that
 * is known to do without. */
bool ms_candidate_is_call(const gcall *call);

/* Whether CALL, whose result has a type, is cast to another struct or union:
 * struct table *table = (struct table *)new_object(sizeof *table). */
bool ms_candidate_is_refined(const gcall *call);

/* Whether STATEMENT reads an untyped pointer whose address some call has had:
 * void *p; posix_memalign(&p, 64, n); struct node *node = p; */
bool ms_candidate_is_load(const gimple *statement);

/* Whether CALL may leave an unclaimed block behind its argument INDEX, the address of a pointer:
 * the plugin did not compile it (getline, asprintf), or it knows no type (alloc(void **out, size)).
 */
bool ms_candidate_is_out_parameter(const gcall *call, unsigned index);

#endif
