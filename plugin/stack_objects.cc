/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stack_objects.h"

#include "alloca_objects.h"
#include "left_alone.h"
#include "object_calls.h"
#include "object_site.h"
#include "scopes.h"

static bool s_choose(tree decl, ms_scope_frame *frame, ms_scope_code *code) {
    if (!AGGREGATE_TYPE_P(TREE_TYPE(decl)) || DECL_NAME(decl) == NULL_TREE ||
        DECL_SIZE_UNIT(decl) == NULL_TREE)
        return false;
    ms_annotation annotation = ms_attribute_of_decl(decl);
    if (!annotation.present || !ms_object_site_is_wanted(TREE_TYPE(decl)))
        return false;
    *code = ms_object_calls_around(
        ms_object_site(MEMSCOPE_SITE_OBJECT, decl, frame->function, annotation),
        fold_convert(size_type_node, DECL_SIZE_UNIT(decl)), frame);
    return true;
}

void ms_stack_objects_wrap(void *data, void *) {
    tree function = static_cast<tree>(data);
    if (DECL_SAVED_TREE(function) != NULL_TREE && ms_attribute_may_be_used() &&
        !ms_left_alone(function))
        ms_scopes_wrap(function, s_choose, ms_alloca_objects_find);
}
