/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "assigned.h"

#include "runtime_calls.h"

static bool s_is_variable(gimple *, tree base, tree, void *variable) {
    return base == static_cast<tree>(variable);
}

/* Its scope ends at STATEMENT. */
static bool s_ends(gimple *statement, tree variable) {
    if (gimple_clobber_p(statement))
        return gimple_get_lhs(statement) == variable;
    if (!ms_calls_is_loss(statement))
        return false;
    tree value = gimple_call_arg(statement, 1);
    return TREE_CODE(value) == SSA_NAME && SSA_NAME_VAR(value) == variable;
}

static bool s_assigns(gimple *statement, tree variable) {
    ssa_op_iter operands;
    tree defined;
    FOR_EACH_SSA_TREE_OPERAND(defined, statement, operands, SSA_OP_DEF)
    if (SSA_NAME_VAR(defined) == variable)
        return true;
    return walk_stmt_load_store_addr_ops(statement, variable, nullptr, s_is_variable,
                                         s_is_variable);
}

enum s_found { S_NOTHING, S_ENDED, S_ASSIGNED };

/* What is found first on the way back from AT to the start of its block. */
static s_found s_search_block(gimple_stmt_iterator at, tree variable) {
    for (; !gsi_end_p(at); gsi_prev(&at)) {
        gimple *statement = gsi_stmt(at);
        if (is_gimple_debug(statement))
            continue;
        if (s_ends(statement, variable))
            return S_ENDED;
        if (s_assigns(statement, variable))
            return S_ASSIGNED;
    }
    return S_NOTHING;
}

bool ms_assigned_before(tree place, gimple *statement) {
    tree variable = TREE_CODE(place) == SSA_NAME ? SSA_NAME_VAR(place) : get_base_address(place);
    if (variable == NULL_TREE || !VAR_P(variable) || is_global_var(variable))
        return true;
    std::unordered_set<int> seen;
    std::vector<basic_block> open = {gimple_bb(statement)};
    gimple_stmt_iterator at = gsi_for_stmt(statement);
    gsi_prev(&at);
    while (!open.empty()) {
        basic_block block = open.back();
        open.pop_back();
        s_found found = s_search_block(at, variable);
        if (found == S_ASSIGNED)
            return true;
        edge way;
        edge_iterator ways;
        FOR_EACH_EDGE(way, ways, block->preds) {
            if (found == S_NOTHING && seen.insert(way->src->index).second)
                open.push_back(way->src);
        }
        if (!open.empty())
            at = gsi_last_bb(open.back());
    }
    return false;
}
