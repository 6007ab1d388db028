/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "block_end.h"

tree ms_block_bare(tree statement) {
    while (statement != NULL_TREE &&
           (TREE_CODE(statement) == CLEANUP_POINT_EXPR || TREE_CODE(statement) == EXPR_STMT ||
            CONVERT_EXPR_P(statement)))
        statement = TREE_OPERAND(statement, 0);
    return statement;
}

/* The last statement in *BLOCK; null: that is no block, or empty. */
static tree *s_last_in(tree *block) {
    if (*block != NULL_TREE && TREE_CODE(*block) == BIND_EXPR)
        return &BIND_EXPR_BODY(*block);
    if (*block == NULL_TREE || TREE_CODE(*block) != STATEMENT_LIST)
        return nullptr;
    tree_stmt_iterator last = tsi_last(*block);
    while (!tsi_end_p(last) && TREE_CODE(tsi_stmt(last)) == DEBUG_BEGIN_STMT) /* with -g */
        tsi_prev(&last);
    return !tsi_end_p(last) ? tsi_stmt_ptr(last) : nullptr;
}

static bool s_is_branch(const_tree statement) {
    return TREE_CODE(statement) == IF_STMT ||
           (TREE_CODE(statement) == COND_EXPR && VOID_TYPE_P(TREE_TYPE(statement)));
}

/* do { ... } while (0), which nothing ends early, is its body; NULL_TREE: STATEMENT is no such. */
static tree s_done_once(const ms_block_ends &ends, tree statement) {
    return TREE_CODE(statement) == DO_STMT &&
                   integer_zerop(ms_block_bare(TREE_OPERAND(statement, 0))) &&
                   ends.is_ended.count(statement) == 0
               ? TREE_OPERAND(statement, 1)
               : NULL_TREE;
}

/* CONDITION null: for (;;). */
static bool s_loop_may_end(const ms_block_ends &ends, tree loop, tree condition) {
    return ends.is_ended.count(loop) != 0 ||
           (condition != NULL_TREE && !integer_nonzerop(ms_block_bare(condition)));
}

bool ms_block_may_end(const ms_block_ends &ends, tree block) {
    if (tree *last = s_last_in(&block))
        return ms_block_may_end(ends, *last);
    if (block == NULL_TREE)
        return true;
    switch ((int)TREE_CODE(block)) {
    case BREAK_STMT:
    case CONTINUE_STMT:
        return false;
    case COND_EXPR:
    case IF_STMT:
        return ms_block_may_end(ends, TREE_OPERAND(block, 1)) ||
               ms_block_may_end(ends, TREE_OPERAND(block, 2));
    case TRY_CATCH_EXPR:
    case TRY_FINALLY_EXPR:
    case CLEANUP_POINT_EXPR:
    case CLEANUP_STMT:
        return ms_block_may_end(ends, TREE_OPERAND(block, 0));
    case FOR_STMT:
        return s_loop_may_end(ends, block, TREE_OPERAND(block, 1));
    case WHILE_STMT:
        return s_loop_may_end(ends, block, TREE_OPERAND(block, 0));
    case DO_STMT:
        return s_done_once(ends, block) != NULL_TREE
                   ? ms_block_may_end(ends, s_done_once(ends, block))
                   : s_loop_may_end(ends, block, TREE_OPERAND(block, 0));
    default:
        return block_may_fallthru(block);
    }
}

location_t ms_block_last_location(const ms_block_ends &ends, tree block) {
    if (tree *last = s_last_in(&block))
        return ms_block_last_location(ends, *last);
    tree bare = ms_block_bare(block);
    if (bare == NULL_TREE || !EXPR_P(bare))
        return UNKNOWN_LOCATION;
    if (tree body = s_done_once(ends, bare))
        return ms_block_last_location(ends, body);
    if (s_is_branch(bare))
        return TREE_OPERAND(bare, 2) != NULL_TREE && !ms_block_may_end(ends, TREE_OPERAND(bare, 1))
                   ? ms_block_last_location(ends, TREE_OPERAND(bare, 2))
                   : UNKNOWN_LOCATION;
    return STATEMENT_CLASS_P(bare) ? UNKNOWN_LOCATION : EXPR_LOCATION(bare);
}

/* ---- code at the end ---- */

/* Whether BLOCK ends with a statement that must stay the last. */
static bool s_has_last(const ms_block_ends &ends, tree block) {
    if (tree *last = s_last_in(&block))
        return s_has_last(ends, *last);
    tree bare = ms_block_bare(block);
    if (bare == NULL_TREE)
        return false;
    if (s_is_branch(bare))
        return ends.is_recursive &&
               (s_has_last(ends, TREE_OPERAND(bare, 1)) || s_has_last(ends, TREE_OPERAND(bare, 2)));
    return TREE_CODE(bare) == CALL_EXPR &&
           (get_callee_fndecl(bare) == ends.function ||
            (CALL_EXPR_FN(bare) == NULL_TREE && CALL_EXPR_IFN(bare) == IFN_FALLTHROUGH));
}

void ms_block_put_at_end(const ms_block_ends &ends, tree *block,
                         const std::function<void(tree *list)> &code) {
    if (!ms_block_may_end(ends, *block))
        return;
    bool has_last = s_has_last(ends, *block);
    tree *last = has_last ? s_last_in(block) : nullptr;
    tree bare = ms_block_bare(*block);
    if (last != nullptr) {
        ms_block_put_at_end(ends, last, code);
    } else if (has_last && s_is_branch(bare)) {
        ms_block_put_at_end(ends, &TREE_OPERAND(bare, 1), code);
        ms_block_put_at_end(ends, &TREE_OPERAND(bare, 2), code);
    } else {
        tree list = NULL_TREE, statement = *block;
        if (!has_last && statement != NULL_TREE)
            append_to_statement_list_force(statement, &list);
        code(&list);
        if (has_last)
            append_to_statement_list_force(statement, &list);
        *block = list;
    }
}
