/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "registration.h"

#include "pass.h"
#include "sites.h"

#define PRIORITY 100

/* The address of a boundary of the section. An array, so that GCC assumes nothing about its size.
 */
static tree s_boundary(const char *name) {
    tree type = build_array_type(ms_sites_record_type(), NULL_TREE);
    tree decl = build_decl(UNKNOWN_LOCATION, VAR_DECL, get_identifier(name), type);
    DECL_EXTERNAL(decl) = 1;
    TREE_PUBLIC(decl) = 1;
    TREE_ADDRESSABLE(decl) = 1;
    TREE_USED(decl) = 1;
    DECL_ARTIFICIAL(decl) = 1;
    DECL_IGNORED_P(decl) = 1;
    DECL_VISIBILITY(decl) = VISIBILITY_HIDDEN;
    DECL_VISIBILITY_SPECIFIED(decl) = 1;
    varpool_node::get_create(decl);
    return build_fold_addr_expr_with_type(decl, ptr_type_node);
}

static tree s_call(const char *name, tree start, tree stop) {
    tree type = build_function_type_list(void_type_node, ptr_type_node, ptr_type_node, NULL_TREE);
    tree decl = build_fn_decl(name, type);
    TREE_NOTHROW(decl) = 1;
    return build_call_expr(decl, 2, start, stop);
}

static void s_add_function(char which, const char *name, tree start, tree stop) {
    tree body = NULL_TREE;
    append_to_statement_list_force(s_call(name, start, stop), &body);
    cgraph_build_static_cdtor(which, body, PRIORITY);
}

static void s_register_unit(void) {
    if (ms_sites_count() == 0)
        return;
    tree start = s_boundary("__start_" MEMSCOPE_SITE_SECTION);
    tree stop = s_boundary("__stop_" MEMSCOPE_SITE_SECTION);
    s_add_function('I', "__memscope_register_sites", start, stop);
    s_add_function('D', "__memscope_unregister_sites", start, stop);
}

opt_pass *ms_registration_pass_new(void) {
    return ms_pass_over_unit("memscope_registration", s_register_unit);
}
