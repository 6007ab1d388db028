/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "static_objects.h"

#include "arguments.h"
#include "known_types.h"
#include "left_alone.h"
#include "object_site.h"
#include "pass.h"

/* An object that the source names and this unit has. */
static bool s_is_object(const varpool_node *node) {
    tree decl = node->decl;
    return !node->alias && !DECL_EXTERNAL(decl) && !DECL_ARTIFICIAL(decl) &&
           !DECL_VIRTUAL_P(decl) && !DECL_HARD_REGISTER(decl) && !DECL_HAS_VALUE_EXPR_P(decl) &&
           DECL_NAME(decl) != NULL_TREE;
}

/* The blocks of an annotated pointer are tracked, and not its own few bytes. */
static bool s_is_asked_for(tree decl, const ms_annotation &annotation) {
    return ms_arguments_given.track_all || (annotation.present && !POINTER_TYPE_P(TREE_TYPE(decl)));
}

static bool s_is_wanted(tree decl, tree function) {
    std::string name = function != NULL_TREE ? ms_types_function_name(function) : std::string();
    return ms_object_site_is_wanted(TREE_TYPE(decl)) &&
           !ms_arguments_exclude(expand_location(DECL_SOURCE_LOCATION(decl)).file, name);
}

static uint16_t s_flags(tree decl) {
    uint16_t flags = 0;
    if (DECL_THREAD_LOCAL_P(decl))
        flags |= MEMSCOPE_SITE_THREAD_LOCAL;
    if (DECL_COMMON(decl) || DECL_COMDAT(decl) || DECL_WEAK(decl))
        flags |= MEMSCOPE_SITE_SHARED;
    return flags;
}

static void s_list(tree decl) {
    tree function = decl_function_context(decl);
    ms_annotation annotation = ms_attribute_of_decl(decl);
    if (!s_is_asked_for(decl, annotation) || !s_is_wanted(decl, function))
        return;
    ms_site site = ms_object_site(MEMSCOPE_SITE_STATIC, decl, function, annotation);
    site.flags = s_flags(decl);
    ms_sites_add(site);
}

/* In the order of the source. */
static void s_list_all(void) {
    std::vector<varpool_node *> nodes;
    varpool_node *node;
    if (ms_left_alone_unit())
        return;
    FOR_EACH_DEFINED_VARIABLE(node)
    if (s_is_object(node))
        nodes.push_back(node);
    std::sort(nodes.begin(), nodes.end(),
              [](const varpool_node *a, const varpool_node *b) { return a->order < b->order; });
    for (const varpool_node *one : nodes)
        s_list(one->decl);
}

opt_pass *ms_static_objects_pass_new(void) {
    return ms_pass_over_unit("memscope_statics", s_list_all);
}
