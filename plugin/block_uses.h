/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a function does with the pointer that a call returned. The pointer is followed through
 * copies, casts, joins of control flow, added offsets and the members of unions:
 *
 *     void *raw = malloc(n);                  no type yet
 *     struct node *node = raw;                a use: "struct node", variable "node"
 *     return &node->link;                     handed on, moved by the offset of the member
 */
#ifndef MS_PLUGIN_BLOCK_USES_H
#define MS_PLUGIN_BLOCK_USES_H

#include "place_name.h"

/* A place where the pointer is used as something. */
struct ms_use {
    uint8_t evidence;
    bool at_start;             /* what is used lies at the block's start, as far as is known */
    uint64_t offset;           /* of what is used, if it is known and not at the start */
    unsigned depth;            /* copies between the call and the use */
    unsigned order;            /* of the statement in the function */
    const ms_pointee *pointee; /* null: none */
    ms_place place;            /* its name may be empty */
};

/* A statement that makes another address of the block: MOVED = FROM + offset. */
struct ms_move {
    gimple *statement;
    tree from;
    tree moved;
};

/* How the function hands the pointer on to its caller. */
struct ms_handing_on {
    bool untyped = false;       /* as void *, or as bytes */
    bool typed = false;         /* as it is, to the type of the result */
    std::vector<ms_move> moves; /* what makes the address that is handed on untyped another one */
};

struct ms_block_uses {
    std::vector<ms_use> typed;  /* with a type */
    std::vector<ms_use> places; /* the named or annotated places it comes to, typed or not */
    ms_handing_on handing_on;
};

/* The uses of what STATEMENT gives; in FUN, whose statements are numbered
 * (renumber_gimple_stmt_uids). */
ms_block_uses ms_block_uses_find(function *fun, gimple *statement);

#endif
