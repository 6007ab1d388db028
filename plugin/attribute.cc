/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "attribute.h"

#define ATTRIBUTE_NAME "memscope"
#define WORKS_ON                                                                                   \
    "this version tracks pointer variables, parameters, pointer members, functions that return "   \
    "a pointer, arrays, structs and unions on the stack, static objects, and struct, union and "   \
    "typedef types"

/* Functions with the attribute, by name. */
static std::unordered_set<std::string> s_functions;

/* C++: pointer variables and parameters with the attribute, by function and name. */
static std::map<std::pair<unsigned, std::string>, ms_annotation> s_locals;

/* A C++ template parameter and what is made of one: its nature shows when it is instantiated. */
static bool s_is_dependent(const_tree type) {
    return TREE_CODE(type) >= LAST_AND_UNUSED_TREE_CODE;
}

static bool s_is_pointer_to_object(const_tree type) {
    return POINTER_TYPE_P(type) && !FUNC_OR_METHOD_TYPE_P(TREE_TYPE(type));
}

/* A variable that is tracked as such: static memory, or an aggregate on the stack. */
static bool s_is_object(const_tree decl) {
    return VAR_P(decl) && !POINTER_TYPE_P(TREE_TYPE(decl)) &&
           (TREE_STATIC(decl) || DECL_EXTERNAL(decl) || AGGREGATE_TYPE_P(TREE_TYPE(decl)));
}

/* C++: what `auto [a, b] = f()` declares has no name of its own. */
static bool s_is_binding(const_tree decl) {
    return lang_GNU_CXX() && DECL_NAME(decl) == NULL_TREE;
}

static void s_show_support(location_t where) {
    inform(where, WORKS_ON);
}

/* Says what is wrong with the attribute on DECL, which is a variable, a parameter or a member. */
static void s_refuse_variable(tree decl, tree name) {
    location_t where = DECL_SOURCE_LOCATION(decl);
    const_tree type = TREE_TYPE(decl);
    bool told;
    if (POINTER_TYPE_P(type))
        told = warning_at(where, OPT_Wattributes,
                          "%qE attribute ignored: %qD points to a function, not to a block", name,
                          decl);
    else if (TREE_CODE(decl) == FIELD_DECL)
        told = warning_at(where, OPT_Wattributes,
                          "%qE attribute ignored: the member %qD is not a pointer", name, decl);
    else if (TREE_CODE(decl) == PARM_DECL)
        told = warning_at(where, OPT_Wattributes,
                          "%qE attribute ignored: the parameter %qD is not a pointer", name, decl);
    else
        told = warning_at(where, OPT_Wattributes,
                          "%qE attribute ignored: %qD is neither a pointer, an array, a struct nor "
                          "a union",
                          name, decl);
    if (told)
        s_show_support(where);
}

/* Functions that return a pointer are allocators. */
static bool s_accept_function(tree decl, tree name) {
    location_t where = DECL_SOURCE_LOCATION(decl);
    const_tree result = TREE_TYPE(TREE_TYPE(decl));
    if (s_is_dependent(result) || s_is_pointer_to_object(result)) {
        s_functions.insert(IDENTIFIER_POINTER(DECL_NAME(decl)));
        return true;
    }
    if (warning_at(where, OPT_Wattributes,
                   "%qE attribute ignored: the function %qD does not return a pointer to a block",
                   name, decl))
        s_show_support(where);
    return false;
}

/* True: keep the attribute on DECL. */
static bool s_accept_decl(tree decl, tree name) {
    location_t where = DECL_SOURCE_LOCATION(decl);
    switch (TREE_CODE(decl)) {
    case VAR_DECL:
        if (s_is_binding(decl)) {
            if (warning_at(where, OPT_Wattributes,
                           "%qE attribute ignored: a structured binding is not tracked, only "
                           "variables that have a name are",
                           name))
                s_show_support(where);
            return false;
        }
        /* fall through */
    case PARM_DECL:
    case FIELD_DECL:
        if (s_is_dependent(TREE_TYPE(decl)) || s_is_object(decl) ||
            s_is_pointer_to_object(strip_array_types(TREE_TYPE(decl))))
            return true;
        s_refuse_variable(decl, name);
        return false;
    case TYPE_DECL:
        return true;
    case FUNCTION_DECL:
        return s_accept_function(decl, name);
    default:
        if (warning_at(where, OPT_Wattributes, "%qE attribute ignored on %qD", name, decl))
            s_show_support(where);
        return false;
    }
}

static ms_annotation s_annotation(tree args) {
    ms_annotation annotation;
    annotation.present = true;
    if (args != NULL_TREE && TREE_CODE(TREE_VALUE(args)) == STRING_CST) {
        annotation.has_label = true;
        annotation.label = TREE_STRING_POINTER(TREE_VALUE(args));
    }
    return annotation;
}

/* Lambdas see it under another declaration. */
static void s_note_local(const_tree decl, tree args) {
    if (lang_GNU_CXX() && VAR_P(decl) && current_function_decl != NULL_TREE &&
        DECL_NAME(decl) != NULL_TREE)
        s_locals[{DECL_UID(current_function_decl), IDENTIFIER_POINTER(DECL_NAME(decl))}] =
            s_annotation(args);
}

/* GCC's handler protocol: *NODE is a declaration or a type; attributes that belong to what follows
 * the type ("struct node *MEMSCOPE head") are handed back and come again with the declaration. */
static tree s_handle(tree *node, tree name, tree args, int flags, bool *no_add_attrs) {
    if (args != NULL_TREE && TREE_CODE(TREE_VALUE(args)) != STRING_CST) {
        error("%qE attribute argument is not a string: write %<%s(\"label\")%>", name,
              ATTRIBUTE_NAME);
        *no_add_attrs = true;
        return NULL_TREE;
    }
    if (DECL_P(*node)) {
        *no_add_attrs = !s_accept_decl(*node, name);
        if (!*no_add_attrs)
            s_note_local(*node, args);
        return NULL_TREE;
    }
    int next = ATTR_FLAG_DECL_NEXT | ATTR_FLAG_FUNCTION_NEXT | ATTR_FLAG_ARRAY_NEXT;
    if ((flags & next) != 0) {
        *no_add_attrs = true;
        return tree_cons(name, args, NULL_TREE);
    }
    if (RECORD_OR_UNION_TYPE_P(*node) || s_is_dependent(*node))
        return NULL_TREE;
    if (warning(OPT_Wattributes, "%qE attribute ignored on the type %qT", name, *node))
        s_show_support(input_location);
    *no_add_attrs = true;
    return NULL_TREE;
}

/* [[memscope::track]] is put down under the one name that is looked for. */
static tree s_handle_scoped(tree *node, tree, tree args, int flags, bool *no_add_attrs) {
    tree name = get_identifier(ATTRIBUTE_NAME);
    tree rest = s_handle(node, name, args, flags, no_add_attrs);
    if (!*no_add_attrs) {
        tree &attributes = DECL_P(*node) ? DECL_ATTRIBUTES(*node) : TYPE_ATTRIBUTES(*node);
        attributes = tree_cons(name, args, attributes);
        *no_add_attrs = true;
    }
    return rest;
}

#define SPEC(name, handler)                                                                        \
    { name, 0, 1, false, false, false, false, handler, nullptr }

void ms_attribute_register(void *, void *) {
    static const struct attribute_spec plain[] = {SPEC(ATTRIBUTE_NAME, s_handle),
                                                  SPEC(nullptr, nullptr)};
    static const struct attribute_spec scoped[] = {SPEC("track", s_handle_scoped),
                                                   SPEC(nullptr, nullptr)};
    register_attribute(plain);
    ms_register_attributes(plain, nullptr);
    ms_register_attributes(scoped, ATTRIBUTE_NAME);
}

/* The attribute's name is an identifier, whatever way it is spelled in, and precompiled headers
 * bring theirs along. */
bool ms_attribute_may_be_used(void) {
    return maybe_get_identifier(ATTRIBUTE_NAME) != NULL_TREE;
}

static ms_annotation s_find(tree attributes) {
    tree attribute = lookup_attribute(ATTRIBUTE_NAME, attributes);
    return attribute != NULL_TREE ? s_annotation(TREE_VALUE(attribute)) : ms_annotation();
}

ms_annotation ms_attribute_of_decl(const_tree decl) {
    return s_find(DECL_ATTRIBUTES(decl));
}

ms_annotation ms_attribute_of_type(const_tree type) {
    ms_annotation found = s_find(TYPE_ATTRIBUTES(TYPE_MAIN_VARIANT(type)));
    if (!found.present && TYPE_NAME(type) != NULL_TREE && TREE_CODE(TYPE_NAME(type)) == TYPE_DECL)
        found = s_find(DECL_ATTRIBUTES(TYPE_NAME(type)));
    return found;
}

ms_annotation ms_attribute_of_local(const_tree function, const std::string &name) {
    auto found = s_locals.find({DECL_UID(function), name});
    return found != s_locals.end() ? found->second : ms_annotation();
}

bool ms_attribute_is_on_function(const char *name) {
    return s_functions.count(name) != 0;
}
