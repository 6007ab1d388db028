/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "named_types.h"

#include "gc_root.h"

/* NULL_TREE: ambiguous. The types are also in the list at MS_ROOT_NAMED_TYPES, so that they stay.
 */
static std::unordered_map<std::string, tree> s_types;

static void s_add(const std::string &name, tree type) {
    auto [at, is_new] = s_types.try_emplace(name, type);
    if (is_new) {
        tree &list = ms_gc_root(MS_ROOT_NAMED_TYPES);
        list = tree_cons(NULL_TREE, type, list);
    } else if (at->second != NULL_TREE &&
               TYPE_MAIN_VARIANT(at->second) != TYPE_MAIN_VARIANT(type)) {
        at->second = NULL_TREE;
    }
}

static const char *s_name(const_tree type) {
    tree name = TYPE_NAME(type);
    if (name != NULL_TREE && TREE_CODE(name) == TYPE_DECL)
        name = DECL_NAME(name);
    return name != NULL_TREE && !IDENTIFIER_ANON_P(name) ? IDENTIFIER_POINTER(name) : nullptr;
}

/* PLUGIN_FINISH_TYPE: a struct, union or enum is defined or mentioned. */
static void s_finish_type(void *event_data, void *) {
    tree type = (tree)event_data;
    if (type == NULL_TREE || !TYPE_P(type) || s_name(type) == nullptr)
        return;
    std::string name = s_name(type);
    if (TREE_CODE(type) == RECORD_TYPE)
        s_add("struct " + name, type);
    else if (TREE_CODE(type) == UNION_TYPE)
        s_add("union " + name, type);
    else
        return;
    if (lang_GNU_CXX())
        s_add(name, type);
}

/* PLUGIN_FINISH_DECL. */
static void s_finish_decl(void *event_data, void *) {
    tree decl = (tree)event_data;
    if (decl != NULL_TREE && TREE_CODE(decl) == TYPE_DECL && DECL_NAME(decl) != NULL_TREE &&
        TREE_TYPE(decl) != error_mark_node)
        s_add(IDENTIFIER_POINTER(DECL_NAME(decl)), TREE_TYPE(decl));
}

/* The words of C's own types may come in any order; these are how people write them. */
static void s_add_own_types(void) {
    const struct {
        const char *name;
        tree type;
    } own[] = {
        {"char", char_type_node},
        {"signed char", signed_char_type_node},
        {"unsigned char", unsigned_char_type_node},
        {"short", short_integer_type_node},
        {"unsigned short", short_unsigned_type_node},
        {"int", integer_type_node},
        {"unsigned", unsigned_type_node},
        {"unsigned int", unsigned_type_node},
        {"long", long_integer_type_node},
        {"long int", long_integer_type_node},
        {"unsigned long", long_unsigned_type_node},
        {"long long", long_long_integer_type_node},
        {"unsigned long long", long_long_unsigned_type_node},
        {"float", float_type_node},
        {"double", double_type_node},
        {"long double", long_double_type_node},
        {"void", void_type_node},
    };
    for (const auto &entry : own)
        s_types.try_emplace(entry.name, entry.type);
}

void ms_named_types_register(const char *plugin_name) {
    register_callback(plugin_name, PLUGIN_FINISH_TYPE, s_finish_type, nullptr);
    register_callback(plugin_name, PLUGIN_FINISH_DECL, s_finish_decl, nullptr);
}

tree ms_named_types_find(const std::string &name) {
    if (s_types.count("int") == 0)
        s_add_own_types();
    auto found = s_types.find(name);
    return found != s_types.end() ? found->second : NULL_TREE;
}
