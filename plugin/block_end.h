/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of a block in the front end's tree: whether it is reached, and code that is put there. */
#ifndef MS_PLUGIN_BLOCK_END_H
#define MS_PLUGIN_BLOCK_END_H

#include "gcc_api.h"

/* What is to be known of the function that the blocks are in. */
struct ms_block_ends {
    tree function = NULL_TREE;
    bool is_recursive = false;         /* it calls itself */
    std::unordered_set<tree> is_ended; /* loops and switches that a break or continue ends */
};

/* STATEMENT without the wrappers that mean nothing here. */
tree ms_block_bare(tree statement);

/* As block_may_fallthru of GCC, which does not know the statements of the C family here. BLOCK may
 * be NULL_TREE. */
bool ms_block_may_end(const ms_block_ends &ends, tree block);

/* Where GCC says "this statement may fall through" of BLOCK: at the last one; UNKNOWN_LOCATION
 * where ways meet behind that, then it takes the place of the block. */
location_t ms_block_last_location(const ms_block_ends &ends, tree block);

/* Puts what CODE appends to a list at the end of *BLOCK, where that is reached: behind the last
 * statement, but in front of __attribute__((fallthrough)), and of a call of the function itself, of
 * which GCC makes a jump; there may be several, in branches. */
void ms_block_put_at_end(const ms_block_ends &ends, tree *block,
                         const std::function<void(tree *list)> &code);

#endif
