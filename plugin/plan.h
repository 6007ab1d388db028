/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is to be inserted into one function. */
#ifndef MS_PLUGIN_PLAN_H
#define MS_PLUGIN_PLAN_H

#include "allocator.h"
#include "sites.h"

struct ms_insertion {
    gimple *statement = nullptr; /* behind it; null: at the entry of the function */
    tree value = NULL_TREE; /* the pointer; NULL_TREE: the result of a call that goes to memory */
    tree place = NULL_TREE; /* the annotated place that takes it, when has_assign or has_loss */
    tree moved_from = NULL_TREE; /* the address of the block that VALUE is made from */
    tree bytes = NULL_TREE;      /* what is asked for, to be told with the claim; times COUNT */
    tree count = NULL_TREE;
    bool has_claim = false;
    bool has_assign = false;
    bool has_loss = false;                   /* what `place` held is told as lost */
    bool loses_behind = false;               /* it still holds that behind the statement */
    tree old_value = NULL_TREE;              /* what it held; NULL_TREE: to be read there */
    const ms_allocator *allocator = nullptr; /* STATEMENT calls it; CLAIM is its site */
    bool is_release = false; /* VALUE is given back: by STATEMENT, whose site CLAIM is, or by the
                                function itself */
    bool is_free = false; /* STATEMENT is a call of free or realloc for VALUE, at the site CLAIM */
    bool is_returned = false; /* STATEMENT returns VALUE from an allocator */
    ms_site claim;
    ms_site assign; /* also of the loss */
};

/* All of FUN, in the order of its statements, the entry first. Empty: the function is not touched.
 */
std::vector<ms_insertion> ms_plan_function(function *fun);

/* p = p + 1: no other block. */
bool ms_plan_only_moves(const gimple *statement);

#endif
