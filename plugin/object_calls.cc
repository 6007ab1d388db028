/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "object_calls.h"

#include "runtime_calls.h"

static tree s_assign(tree variable, tree value) {
    return build2(MODIFY_EXPR, void_type_node, variable, value);
}

/* The innermost object of FRAME that has been entered: a jump may have come in behind the
 * declaration of some. Inner ones are larger. */
static tree s_outer(const ms_scope_frame *frame) {
    tree outer = build_zero_cst(uint64_type_node);
    for (tree object : frame->open)
        outer = integer_zerop(outer) ? object : build2(MAX_EXPR, uint64_type_node, outer, object);
    return outer;
}

static tree s_enter(const ms_site &site, tree size, ms_scope_frame *frame) {
    tree type = build_function_type_list(uint64_type_node, const_ptr_type_node, size_type_node,
                                         ptr_type_node, uint64_type_node, NULL_TREE);
    tree function = ms_calls_declare(MS_ROOT_ENTER_OBJECT, "__memscope_enter_object", type, false);
    return build_call_expr_loc(site.location, function, 4, ms_sites_later(site), size,
                               frame->address(), s_outer(frame));
}

/* GCC looks for pointers to variables that go out of scope (-Wdangling-pointer) from the end of a
 * function back to the first call that may use them. One of a pure function does not; one that may
 * not return is never dropped. */
static tree s_leave_function(void) {
    tree type = build_function_type_list(void_type_node, uint64_type_node, NULL_TREE);
    tree function = ms_calls_declare(MS_ROOT_LEAVE_OBJECT, "__memscope_leave_object", type, false);
    DECL_PURE_P(function) = 1;
    DECL_LOOPING_CONST_OR_PURE_P(function) = 1;
    return function;
}

/* The end of a scope; at the next one that is jumped into, the object is not there. */
static tree s_leave(tree object, tree named) {
    tree function = s_leave_function();
    tree list = NULL_TREE;
    append_to_statement_list_force(build_call_expr(function, 1, named), &list);
    append_to_statement_list_force(s_assign(object, build_zero_cst(uint64_type_node)), &list);
    return list;
}

ms_scope_code ms_object_calls_around(const ms_site &site, tree size, ms_scope_frame *frame) {
    tree object = frame->new_variable(uint64_type_node);
    tree jumped = build_int_cst(uint64_type_node, MEMSCOPE_OBJECT_JUMPED);
    ms_scope_code code;
    code.state = object;
    code.at_entry = s_assign(object, s_enter(site, size, frame));
    code.at_exit = s_leave(object, object);
    code.at_throw = s_leave(object, build2(BIT_IOR_EXPR, uint64_type_node, object, jumped));
    return code;
}

tree ms_object_calls_grow(tree object, tree size, location_t location) {
    tree type =
        build_function_type_list(uint64_type_node, uint64_type_node, size_type_node, NULL_TREE);
    tree function = ms_calls_declare(MS_ROOT_GROW_OBJECT, "__memscope_grow_object", type, false);
    return s_assign(object, build_call_expr_loc(location, function, 2, object, size));
}

bool ms_object_calls_is_enter(gimple *statement) {
    tree function = is_gimple_call(statement) ? gimple_call_fndecl(statement) : NULL_TREE;
    return function != NULL_TREE && function == ms_gc_root(MS_ROOT_ENTER_OBJECT);
}
