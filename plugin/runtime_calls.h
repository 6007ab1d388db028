/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The calls into the runtime, and how they are put into a function:
 *
 *     claim            fresh = __memscope_fresh_block;
 *                      if (value == fresh)
 *                          __memscope_claim_block(&site, value);
 *     claim or assign  the same with: else __memscope_assign_block(&site2, value, place);
 *     assign           __memscope_assign_block(&site, value, place);
 *     lose             __memscope_lose_block(&site, old_value, value, place);
 *     allocated        __memscope_allocated(&site, value, size * count, pool);
 *     released         __memscope_released(&site, value);
 *     freed            __memscope_freed(&site, value);
 *     returned         __memscope_allocated(NULL, value, 0, NULL);
 *
 * The load of the fresh block is volatile: GCC takes malloc for a function that writes no memory,
 * so it would else use one load for two calls of malloc. The functions are told to GCC as ones that
 * neither throw, nor come back into the unit, nor read the block or keep its address, so that its
 * analyses (and its warnings) see through them. The claim is cold, the assignment is not: GCC would
 * take a function in which a cold call always happens for a cold one.
 */
#ifndef MS_PLUGIN_RUNTIME_CALLS_H
#define MS_PLUGIN_RUNTIME_CALLS_H

#include "gc_root.h"

/* Where code goes: behind a statement. A statement that ends its block (it may throw, or setjmp may
 * return to it) has its way on as the place. */
struct ms_insert_point {
    gimple_stmt_iterator
        at; /* new statements go behind this one; at the end: into the empty BLOCK */
    basic_block block;
    bool is_start; /* in front of all statements of BLOCK */
};

/* False when there is no place behind STATEMENT that is reached only from it by the normal way. */
bool ms_calls_point_behind(gimple *statement, ms_insert_point *out);

/* The entry of FUN, in front of all its code. */
ms_insert_point ms_calls_point_at_entry(function *fun);

/* Puts STATEMENT at POINT, and POINT behind it. */
void ms_calls_put(ms_insert_point *point, gimple *statement, location_t location);

/* Gives STATEMENT, which is ours, its LOCATION; GCC gives no warning of it there. */
void ms_calls_prepare(gimple *statement, location_t location);

/* Puts STATEMENT in front of the one at AT, which stays there. */
void ms_calls_put_before(gimple_stmt_iterator *at, gimple *statement, location_t location);

/* Whether STATEMENT is __memscope_lose_block(site, old value, ...). */
bool ms_calls_is_loss(const gimple *statement);

/* Such a call, about a variable, in the front end's trees; SITE is of ms_sites_later. */
tree ms_calls_lose_early(tree site, tree old_value, tree value, tree place);

/* Each takes the address of a site record, and VALUE, a pointer in an SSA name or a constant.
 * ASSIGN_SITE null: nothing happens to blocks that are not fresh. PLACE is what ms_calls_address
 * gave. POINT is used up by them, but not by a loss, which it moves behind. */
void ms_calls_claim(ms_insert_point point, tree claim_site, tree assign_site, tree value,
                    tree place, location_t location);

/* The same at a site with elements, for BYTES or BYTES * COUNT bytes (COUNT null: one). */
void ms_calls_claim_elements(ms_insert_point point, tree site, tree value, tree bytes, tree count,
                             location_t location);

/* Those who are given the fresh block FROM know it by MOVED. */
void ms_calls_move(ms_insert_point point, tree from, tree moved, location_t location);

void ms_calls_assign(ms_insert_point point, tree site, tree value, tree place, location_t location);
void ms_calls_lose(ms_insert_point *point, tree site, tree old_value, tree value, tree place,
                   location_t location);

/* The address of the member or element REFERENCE, computed at POINT, which moves behind it; a null
 * pointer for variables, which their name tells, and for what has no address. */
tree ms_calls_address(ms_insert_point *point, tree reference, location_t location);

/* Declares the function NAME of TYPE, which has a fixed number of parameters, once. */
tree ms_calls_declare(ms_root root, const char *name, tree type, bool is_cold);

/* How many bytes an allocator was asked for: SIZE times COUNT, operands of its call, or KNOWN where
 * SIZE is NULL_TREE; 0: not known. */
struct ms_bytes {
    tree size, count;
    uint64_t known;
};

/* VALUE has come out of an allocator; POOL, a pointer or NULL_TREE, is what that took it from. */
void ms_calls_allocated(ms_insert_point point, tree site, tree value, const ms_bytes &bytes,
                        tree pool, location_t location);

/* VALUE, a pointer, is given back by STATEMENT, a call; or by the function that POINT is in. */
void ms_calls_released(gimple *statement, tree site, tree value, location_t location);
void ms_calls_released_at(ms_insert_point point, tree value, location_t location);

/* VALUE is given to free or realloc by STATEMENT, a call; returned by STATEMENT from an allocator.
 */
void ms_calls_freed(gimple *statement, tree site, tree value, location_t location);
void ms_calls_returned(gimple *statement, tree value, location_t location);

#endif
