/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The C type of a block: the first typed use of the pointer that a call returned. Of several
 * (block_uses.h) the best is taken: what the size asked for agrees with, what is at the start of
 * the block, the variable before the parameter, the first before the next.
 *
 * A pointer that is handed on untyped has no type here, because its caller knows it:
 *
 *     void *xmalloc(size_t n) { size_t *head = malloc(n + 8); *head = n; return head + 1; }
 *
 * unless the size asked for is just that of the struct it is used as (an object behind a void *).
 */
#ifndef MS_PLUGIN_TYPING_H
#define MS_PLUGIN_TYPING_H

#include "block_uses.h"
#include "size_argument.h"

/* What is known of the block that a call returned. */
struct ms_typing {
    const ms_pointee *pointee = nullptr; /* null: no type */
    uint8_t evidence = MEMSCOPE_EVIDENCE_NONE;
    uint64_t offset = 0;       /* of what has that type, in the block */
    ms_place place;            /* of the variable or member it comes to; its name may be empty */
    bool is_annotated = false; /* the place, or the type, carries the attribute */
    bool is_handed_on = false; /* typed to the caller, who may know a larger type that it is part
                                * of */
    ms_elements elements;
    std::vector<ms_move> moves;     /* the caller gets another address of the block, untyped */
    gimple *direct_store = nullptr; /* the statement that only moves the result into an annotated
                                     * place, so that no assignment has to be told besides */
};

/* The typing of what STATEMENT, a candidate, gives; in FUN, whose statements are numbered
 * (renumber_gimple_stmt_uids). */
ms_typing ms_typing_find(function *fun, gimple *statement);

/* The same for what a call gives that has a type already: only a larger struct or union (of
 * bytes: anything larger) that the pointer is cast to counts, and all there is else is no type. */
ms_typing ms_typing_refine(function *fun, gimple *statement);

#endif
