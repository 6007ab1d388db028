/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The place a pointer is kept in: its name in reports, and whether the user annotated it. */
#ifndef MS_PLUGIN_PLACE_NAME_H
#define MS_PLUGIN_PLACE_NAME_H

#include "memscope/abi.h"

#include "known_types.h"

struct ms_place {
    std::string name; /* "head", "struct node.next", "table[]", "*out"; empty: a temporary */
    uint8_t kind = MEMSCOPE_SITE_UNKNOWN; /* VARIABLE, MEMBER, PARAMETER; UNKNOWN: a temporary */
    const ms_pointee *pointee = nullptr;  /* null: not a pointer */
    ms_annotation annotation;             /* of the variable or member itself */
    bool is_local = false;                /* known inside of one function only */
};

/* Its name alone, and the declaration of the variable or member that it is, or is an element of
 * (NULL_TREE: neither). Of the front end's trees too. */
std::string ms_place_name(tree expression);
tree ms_place_declaration(tree expression);

/* The place that EXPRESSION, the left-hand side of an assignment, names. */
ms_place ms_place_of(tree expression);

/* DECL, an annotated variable that a nested function uses too, will be a member of a struct that
 * GCC makes of the frame; it is known by its name in all the functions. */
void ms_place_note_shared(const_tree decl);

#endif
