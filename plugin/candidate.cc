/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "candidate.h"

#include "known_types.h"

/* operator new (size_t, void *): gives back what it is given. */
static bool s_is_placement_new(const_tree callee) {
    if (!DECL_IS_OPERATOR_NEW_P(callee))
        return false;
    tree parameters = TYPE_ARG_TYPES(TREE_TYPE(callee));
    tree second = parameters != NULL_TREE ? TREE_CHAIN(parameters) : NULL_TREE;
    return second != NULL_TREE && TREE_CODE(TREE_VALUE(second)) == POINTER_TYPE &&
           VOID_TYPE_P(TREE_TYPE(TREE_VALUE(second)));
}

static bool s_is_allocating_builtin(const gcall *call, const_tree callee) {
    switch (DECL_FUNCTION_CODE(callee)) {
    CASE_BUILT_IN_ALLOCA:
        return false;
    case BUILT_IN_REALLOC:
        return true;
    default:
        return (gimple_call_flags(call) & ECF_MALLOC) != 0;
    }
}

/* Functions that return typed pointers have typed their blocks themselves where the plugin compiled
 * them; those of the system's libraries have not. */
static bool s_may_be_untyped_inside(const gcall *call, const_tree callee) {
    if ((gimple_call_flags(call) & ECF_MALLOC) != 0)
        return true;
    return DECL_EXTERNAL(callee) && in_system_header_at(DECL_SOURCE_LOCATION(callee));
}

bool ms_candidate_is_call(const gcall *call) {
    tree result = gimple_call_lhs(call);
    if (gimple_call_internal_p(call) || result == NULL_TREE || TREE_CODE(result) != SSA_NAME ||
        !POINTER_TYPE_P(TREE_TYPE(result)))
        return false;
    if ((gimple_call_flags(call) & (ECF_CONST | ECF_PURE | ECF_NORETURN | ECF_RETURNS_TWICE)) !=
            0 ||
        (gimple_call_return_flags(call) & ERF_RETURNS_ARG) != 0)
        return false;
    tree returned = gimple_call_return_type(call);
    if (!POINTER_TYPE_P(returned))
        return false;
    tree callee = gimple_call_fndecl(call);
    if (callee == NULL_TREE)
        return VOID_TYPE_P(TREE_TYPE(returned));
    if (fndecl_built_in_p(callee, BUILT_IN_NORMAL))
        return s_is_allocating_builtin(call, callee);
    if (fndecl_built_in_p(callee) || s_is_placement_new(callee))
        return false;
    return VOID_TYPE_P(TREE_TYPE(returned)) || s_may_be_untyped_inside(call, callee);
}

/* Whether a pointer of TYPE may be to more than what GIVEN is, the pointee of a result. */
static bool s_may_be_more(tree type, const ms_pointee &given) {
    if (!POINTER_TYPE_P(type) || VOID_TYPE_P(TREE_TYPE(type)) || given.spelling.empty())
        return false;
    return (given.weak || RECORD_OR_UNION_TYPE_P(TREE_TYPE(type))) &&
           ms_types_pointee(type)->identity != given.identity;
}

bool ms_candidate_is_refined(const gcall *call) {
    tree result = gimple_call_lhs(call);
    if (gimple_call_internal_p(call) || result == NULL_TREE || TREE_CODE(result) != SSA_NAME ||
        !POINTER_TYPE_P(TREE_TYPE(result)) || !POINTER_TYPE_P(gimple_call_return_type(call)) ||
        (gimple_call_flags(call) & (ECF_CONST | ECF_PURE | ECF_NORETURN | ECF_RETURNS_TWICE)) != 0)
        return false;
    tree callee = gimple_call_fndecl(call);
    if (callee != NULL_TREE && (fndecl_built_in_p(callee) || s_is_placement_new(callee)))
        return false;
    const ms_pointee &given = *ms_types_of_result(gimple_call_fntype(call));
    if (s_may_be_more(TREE_TYPE(result), given))
        return true; /* GCC drops casts between pointers */
    imm_use_iterator iterator;
    use_operand_p use;
    FOR_EACH_IMM_USE_FAST(use, iterator, result) {
        const gassign *assign = dyn_cast<gassign *>(USE_STMT(use));
        if (assign != nullptr && s_may_be_more(TREE_TYPE(gimple_assign_lhs(assign)), given) &&
            (gimple_assign_rhs1(assign) == result || gimple_assign_rhs_code(assign) == ADDR_EXPR))
            return true;
    }
    return false;
}

bool ms_candidate_is_load(const gimple *statement) {
    if (!gimple_assign_load_p(statement) || TREE_CODE(gimple_assign_lhs(statement)) != SSA_NAME)
        return false;
    tree source = gimple_assign_rhs1(statement);
    return VAR_P(source) && TREE_ADDRESSABLE(source) && !is_global_var(source) &&
           POINTER_TYPE_P(TREE_TYPE(source)) && VOID_TYPE_P(TREE_TYPE(TREE_TYPE(source)));
}

bool ms_candidate_is_out_parameter(const gcall *call, unsigned index) {
    tree callee = gimple_call_fndecl(call);
    if (callee != NULL_TREE && DECL_EXTERNAL(callee) &&
        in_system_header_at(DECL_SOURCE_LOCATION(callee)))
        return true;
    const ms_pointee *parameter = ms_types_of_parameter(gimple_call_fntype(call), index);
    return parameter != nullptr && parameter->spelling == "void *";
}
