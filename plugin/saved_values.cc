/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saved_values.h"

#include "arguments.h"
#include "attribute.h"
#include "known_types.h"
#include "left_alone.h"
#include "pass.h"
#include "plan.h"
#include "runtime_calls.h"

#define PREFIX "memscope_old"

/* The variable that STATEMENT overwrites, when that is to be told. */
static tree s_overwritten(gimple *statement) {
    tree target = is_gimple_assign(statement) || is_gimple_call(statement)
                      ? gimple_get_lhs(statement)
                      : NULL_TREE;
    if (target == NULL_TREE || !DECL_P(target) || !is_gimple_reg(target) ||
        !POINTER_TYPE_P(TREE_TYPE(target)) || ms_plan_only_moves(statement))
        return NULL_TREE;
    return ms_attribute_of_decl(target).present &&
                   ms_arguments_want_type(ms_types_pointee(TREE_TYPE(target))->spelling)
               ? target
               : NULL_TREE;
}

static void s_save(gimple_stmt_iterator *at, tree variable) {
    tree old = create_tmp_reg(TYPE_MAIN_VARIANT(TREE_TYPE(variable)), PREFIX);
    ms_calls_put_before(at, gimple_build_assign(old, variable), gimple_location(gsi_stmt(*at)));
}

static unsigned s_save_in_function(function *fun) {
    if (!ms_attribute_may_be_used() || ms_left_alone(fun->decl))
        return 0;
    basic_block block;
    FOR_EACH_BB_FN(block, fun) {
        for (gimple_stmt_iterator at = gsi_start_bb(block); !gsi_end_p(at); gsi_next(&at)) {
            /* The front end's statement got its place after the mark: that stands for what is
             * marked there. */
            if (ms_calls_is_loss(gsi_stmt(at)))
                ms_calls_prepare(gsi_stmt(at), gimple_location(gsi_stmt(at)));
            tree variable = s_overwritten(gsi_stmt(at));
            if (variable != NULL_TREE)
                s_save(&at, variable);
        }
    }
    return 0;
}

/* ---- in SSA form ---- */

static tree s_variable_of(tree value) {
    return value != NULL_TREE && TREE_CODE(value) == SSA_NAME ? SSA_NAME_VAR(value) : NULL_TREE;
}

/* Names of GCC's temporaries have a dot in them: no user's variable is called so. */
static bool s_is_save(const gimple *statement) {
    if (!gimple_assign_single_p(statement) || TREE_CODE(gimple_assign_lhs(statement)) != SSA_NAME)
        return false;
    tree name = SSA_NAME_IDENTIFIER(gimple_assign_lhs(statement));
    return name != NULL_TREE && strncmp(IDENTIFIER_POINTER(name), PREFIX ".", sizeof PREFIX) == 0;
}

tree ms_saved_value(tree place, gimple *statement) {
    tree variable = s_variable_of(place);
    gimple_stmt_iterator at = gsi_for_stmt(statement);
    for (gsi_prev(&at); variable != NULL_TREE && !gsi_end_p(at); gsi_prev(&at)) {
        gimple *before = gsi_stmt(at);
        tree target = gimple_get_lhs(before);
        if (s_is_save(before) && s_variable_of(gimple_assign_rhs1(before)) == variable) {
            tree value = gimple_assign_rhs1(before);
            bool is_undefined = SSA_NAME_IS_DEFAULT_DEF(value) && VAR_P(variable);
            return is_undefined ? NULL_TREE : target;
        }
        if (s_variable_of(target) == variable)
            return NULL_TREE;
    }
    return NULL_TREE;
}

opt_pass *ms_saved_values_pass_new(void) {
    return ms_pass_over_functions("memscope_saved_values", PROP_cfg, s_save_in_function);
}
