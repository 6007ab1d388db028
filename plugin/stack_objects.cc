/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stack_objects.h"

#include "left_alone.h"
#include "object_calls.h"
#include "object_site.h"
#include "scopes.h"

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

/* The end of a scope; at the next one that is jumped into, the object is not there. */
static tree s_leave(tree object, tree named) {
    tree list = NULL_TREE;
    append_to_statement_list_force(ms_object_calls_leave(named), &list);
    append_to_statement_list_force(s_assign(object, build_zero_cst(uint64_type_node)), &list);
    return list;
}

static void s_fill(tree decl, const ms_annotation &annotation, ms_scope_frame *frame,
                   ms_scope_code *code) {
    tree object = frame->new_variable(uint64_type_node);
    tree site =
        ms_sites_later(ms_object_site(MEMSCOPE_SITE_OBJECT, decl, frame->function, annotation));
    tree size = fold_convert(size_type_node, DECL_SIZE_UNIT(decl));
    tree jumped = build_int_cst(uint64_type_node, MEMSCOPE_OBJECT_JUMPED);
    code->state = object;
    code->at_entry =
        s_assign(object, ms_object_calls_enter(site, size, frame->address(), s_outer(frame),
                                               DECL_SOURCE_LOCATION(decl)));
    code->at_exit = s_leave(object, object);
    code->at_throw = s_leave(object, build2(BIT_IOR_EXPR, uint64_type_node, object, jumped));
}

static bool s_choose(tree decl, ms_scope_frame *frame, ms_scope_code *code) {
    if (!AGGREGATE_TYPE_P(TREE_TYPE(decl)) || DECL_NAME(decl) == NULL_TREE ||
        DECL_SIZE_UNIT(decl) == NULL_TREE)
        return false;
    ms_annotation annotation = ms_attribute_of_decl(decl);
    if (!annotation.present || !ms_object_site_is_wanted(TREE_TYPE(decl)))
        return false;
    s_fill(decl, annotation, frame, code);
    return true;
}

void ms_stack_objects_wrap(void *data, void *) {
    tree function = static_cast<tree>(data);
    if (DECL_SAVED_TREE(function) != NULL_TREE && !ms_left_alone(function))
        ms_scopes_wrap(function, s_choose);
}
