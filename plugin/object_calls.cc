/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "object_calls.h"

#include "runtime_calls.h"

tree ms_object_calls_enter(tree site, tree size, tree frame, tree outer, location_t location) {
    tree type = build_function_type_list(uint64_type_node, const_ptr_type_node, size_type_node,
                                         ptr_type_node, uint64_type_node, NULL_TREE);
    tree function = ms_calls_declare(MS_ROOT_ENTER_OBJECT, "__memscope_enter_object", type, false);
    return build_call_expr_loc(location, function, 4, site, size, frame, outer);
}

tree ms_object_calls_grow(tree object, tree size, location_t location) {
    tree type =
        build_function_type_list(uint64_type_node, uint64_type_node, size_type_node, NULL_TREE);
    tree function = ms_calls_declare(MS_ROOT_GROW_OBJECT, "__memscope_grow_object", type, false);
    return build_call_expr_loc(location, function, 2, object, size);
}

tree ms_object_calls_leave(tree object) {
    tree type = build_function_type_list(void_type_node, uint64_type_node, NULL_TREE);
    tree function = ms_calls_declare(MS_ROOT_LEAVE_OBJECT, "__memscope_leave_object", type, false);
    return build_call_expr(function, 1, object);
}

bool ms_object_calls_is_enter(gimple *statement) {
    tree function = is_gimple_call(statement) ? gimple_call_fndecl(statement) : NULL_TREE;
    return function != NULL_TREE && function == ms_gc_root(MS_ROOT_ENTER_OBJECT);
}
