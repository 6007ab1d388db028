/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kept_elsewhere.h"

static bool s_is_same_line(location_t one, location_t other) {
    expanded_location a = expand_location(one), b = expand_location(other);
    return a.line == b.line && a.file != nullptr && b.file != nullptr &&
           strcmp(a.file, b.file) == 0;
}

/* Whether VALUE is what PLACE holds. */
static bool s_is_old_value(tree value, tree place, tree old_value) {
    if (TREE_CODE(value) != SSA_NAME)
        return false;
    if (old_value != NULL_TREE) /* a copy of it, see saved_values.h */
        return value == old_value || value == gimple_assign_rhs1(SSA_NAME_DEF_STMT(old_value));
    gimple *definition = SSA_NAME_DEF_STMT(value);
    return gimple_assign_load_p(definition) &&
           operand_equal_p(gimple_assign_rhs1(definition), place, 0);
}

/* Whether TARGET is memory, or a variable of the program; not PLACE. */
static bool s_keeps(tree target, tree place) {
    if (TREE_CODE(target) != SSA_NAME)
        return !operand_equal_p(target, place, 0);
    tree variable = SSA_NAME_VAR(target);
    return variable != NULL_TREE && !DECL_ARTIFICIAL(variable) &&
           (TREE_CODE(place) != SSA_NAME || variable != SSA_NAME_VAR(place));
}

bool ms_kept_elsewhere(tree place, tree old_value, gimple *statement) {
    if (!gimple_has_location(statement))
        return false;
    gimple_stmt_iterator at = gsi_for_stmt(statement);
    for (gsi_prev(&at); !gsi_end_p(at); gsi_prev(&at)) {
        gimple *before = gsi_stmt(at);
        if (gimple_has_location(before) && !is_gimple_debug(before) &&
            !s_is_same_line(gimple_location(before), gimple_location(statement)))
            return false;
        if (gimple_assign_single_p(before) && s_keeps(gimple_assign_lhs(before), place) &&
            s_is_old_value(gimple_assign_rhs1(before), place, old_value))
            return true;
    }
    return false;
}
