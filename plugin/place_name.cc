/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "place_name.h"

static bool s_is_named(const_tree decl) {
    return decl != NULL_TREE && DECL_NAME(decl) != NULL_TREE && !DECL_ARTIFICIAL(decl);
}

static std::string s_expression_name(tree expression);

/* "struct T.member"; members of an unnamed struct or union inside T get the way to them: "T.v.val".
 */
static std::string s_member_name(tree reference) {
    tree field = TREE_OPERAND(reference, 1);
    if (!ms_types_captured(field).name.empty())
        return ms_types_captured(field).name;
    std::string owner = ms_types_owner(field);
    if (owner.empty()) {
        tree outer = TREE_OPERAND(reference, 0);
        while (TREE_CODE(outer) == ARRAY_REF)
            outer = TREE_OPERAND(outer, 0);
        owner = TREE_CODE(outer) == COMPONENT_REF ? s_member_name(outer) : s_expression_name(outer);
    }
    if (DECL_NAME(field) == NULL_TREE)
        return owner;
    std::string name = IDENTIFIER_POINTER(DECL_NAME(field));
    return owner.empty() ? name : owner + "." + name;
}

static std::string s_variable_name(tree expression) {
    tree variable = TREE_CODE(expression) == SSA_NAME ? SSA_NAME_VAR(expression) : expression;
    return variable != NULL_TREE && DECL_P(variable) && s_is_named(variable)
               ? IDENTIFIER_POINTER(DECL_NAME(variable))
               : std::string();
}

/* The variable or member that the pointer NAME was taken from; NAME itself when it is a variable.
 */
static std::string s_pointer_name(tree name, bool *is_element) {
    std::string variable = s_variable_name(name);
    if (!variable.empty() || TREE_CODE(name) != SSA_NAME)
        return variable;
    gimple *definition = SSA_NAME_DEF_STMT(name);
    if (!is_gimple_assign(definition))
        return std::string();
    tree source = gimple_assign_rhs1(definition);
    if (gimple_assign_rhs_code(definition) == POINTER_PLUS_EXPR) {
        *is_element = true;
        return s_pointer_name(source, is_element);
    }
    if (!gimple_assign_load_p(definition))
        return std::string();
    if (TREE_CODE(source) == COMPONENT_REF)
        *is_element = true; /* "struct cache.slots[]", also for the first one */
    return s_expression_name(source);
}

/* Memory behind a pointer: "*out" for the pointer `out`, "table[]" when an index was added. */
static std::string s_target_name(tree reference) {
    tree base = TREE_OPERAND(reference, 0);
    if (TREE_CODE(base) == ADDR_EXPR) {
        std::string name = s_expression_name(TREE_OPERAND(base, 0));
        bool is_element = TREE_CODE(TREE_TYPE(TREE_OPERAND(base, 0))) == ARRAY_TYPE;
        return is_element && !name.empty() ? name + "[]" : name;
    }
    bool is_element = !integer_zerop(TREE_OPERAND(reference, 1));
    std::string name = s_pointer_name(base, &is_element);
    if (name.empty())
        return name;
    return is_element ? name + "[]" : "*" + name;
}

static std::string s_expression_name(tree expression) {
    switch (TREE_CODE(expression)) {
    case COMPONENT_REF:
        return s_member_name(expression);
    case ARRAY_REF: {
        std::string name = s_expression_name(TREE_OPERAND(expression, 0));
        return name.empty() ? name : name + "[]";
    }
    case MEM_REF:
        return s_target_name(expression);
    case VIEW_CONVERT_EXPR:
        return s_expression_name(TREE_OPERAND(expression, 0));
    default:
        return s_variable_name(expression);
    }
}

/* ---- variables in frames ---- */

struct s_frame_variable {
    std::string name;
    ms_annotation annotation;
    uint8_t kind;
};
/* By where they are declared: GCC gives the member of the frame that place. */
static std::unordered_map<location_t, s_frame_variable> s_frame_variables;

void ms_place_note_shared(const_tree decl) {
    s_frame_variables[DECL_SOURCE_LOCATION(decl)] = {
        IDENTIFIER_POINTER(DECL_NAME(decl)), ms_attribute_of_decl(decl),
        TREE_CODE(decl) == PARM_DECL ? (uint8_t)MEMSCOPE_SITE_PARAMETER
                                     : (uint8_t)MEMSCOPE_SITE_VARIABLE};
}

/* FIELD may be the member of a frame that such a variable has become. */
static bool s_fill_frame_variable(const_tree field, ms_place *place) {
    auto known = s_frame_variables.find(DECL_SOURCE_LOCATION(field));
    if (known == s_frame_variables.end() ||
        known->second.name != IDENTIFIER_POINTER(DECL_NAME(field)))
        return false;
    place->name = known->second.name;
    place->annotation = known->second.annotation;
    place->kind = known->second.kind;
    return true;
}

/* What is said of a member or variable is said of the elements of an array, too. */
static void s_fill_declaration(tree decl, ms_place *place) {
    if (TREE_CODE(decl) == FIELD_DECL && s_fill_frame_variable(decl, place))
        return;
    place->annotation = ms_attribute_of_decl(decl);
    if (TREE_CODE(decl) == FIELD_DECL && !ms_types_captured(decl).name.empty()) {
        place->kind = MEMSCOPE_SITE_VARIABLE;
        place->is_local = true;
        if (TREE_CODE(TREE_TYPE(decl)) == REFERENCE_TYPE) /* else it is a copy */
            place->annotation = ms_types_captured(decl).annotation;
        return;
    }
    if (TREE_CODE(decl) == FIELD_DECL) {
        place->kind = MEMSCOPE_SITE_MEMBER;
        place->pointee = ms_types_of_field(decl);
    } else if (TREE_CODE(decl) == PARM_DECL) {
        place->kind = MEMSCOPE_SITE_PARAMETER;
    } else {
        place->kind = MEMSCOPE_SITE_VARIABLE;
    }
    place->is_local = TREE_CODE(decl) != FIELD_DECL && !DECL_NONLOCAL(decl) &&
                      decl_function_context(decl) != NULL_TREE;
}

/* *&variable, *(table + 1): the variable. */
static tree s_declaration_in_memory(tree reference) {
    tree base = TREE_OPERAND(reference, 0);
    if (TREE_CODE(base) != ADDR_EXPR || !DECL_P(TREE_OPERAND(base, 0)))
        return NULL_TREE;
    tree decl = TREE_OPERAND(base, 0);
    bool is_whole = integer_zerop(TREE_OPERAND(reference, 1)) && POINTER_TYPE_P(TREE_TYPE(decl));
    return is_whole || TREE_CODE(TREE_TYPE(decl)) == ARRAY_TYPE ? decl : NULL_TREE;
}

/* ---- C++: references to pointers ---- */

static bool s_is_reference_to_pointer(const_tree type) {
    return TREE_CODE(type) == REFERENCE_TYPE && POINTER_TYPE_P(TREE_TYPE(type));
}

/* The variable or member that EXPRESSION is the target of, if that is a reference to a pointer;
 * NULL_TREE: it is not. */
static tree s_reference_behind(tree expression) {
    bool is_target =
        TREE_CODE(expression) == INDIRECT_REF ||
        (TREE_CODE(expression) == MEM_REF && integer_zerop(TREE_OPERAND(expression, 1)));
    tree reference = is_target ? TREE_OPERAND(expression, 0) : NULL_TREE;
    if (reference == NULL_TREE || !s_is_reference_to_pointer(TREE_TYPE(reference)))
        return NULL_TREE;
    if (TREE_CODE(reference) == SSA_NAME && SSA_NAME_VAR(reference) == NULL_TREE) {
        gimple *definition = SSA_NAME_DEF_STMT(reference);
        reference = gimple_assign_load_p(definition) ? gimple_assign_rhs1(definition) : NULL_TREE;
    }
    return reference;
}

std::string ms_place_name(tree expression) {
    return s_expression_name(expression);
}

tree ms_place_declaration(tree expression) {
    while (TREE_CODE(expression) == ARRAY_REF)
        expression = TREE_OPERAND(expression, 0);
    if (TREE_CODE(expression) == SSA_NAME)
        return SSA_NAME_VAR(expression);
    if (TREE_CODE(expression) == COMPONENT_REF)
        return TREE_OPERAND(expression, 1);
    if (tree reference = s_reference_behind(expression))
        return ms_place_declaration(reference);
    if (TREE_CODE(expression) == MEM_REF)
        return s_declaration_in_memory(expression);
    return DECL_P(expression) ? expression : NULL_TREE;
}

ms_place ms_place_of(tree expression) {
    ms_place place;
    tree decl = ms_place_declaration(expression), reference = s_reference_behind(expression);
    place.name = s_expression_name(reference != NULL_TREE ? reference : expression);
    place.pointee = ms_types_pointee(TREE_TYPE(expression));
    if (decl != NULL_TREE && s_is_named(decl))
        s_fill_declaration(decl, &place);
    else if (!place.name.empty())
        place.kind = MEMSCOPE_SITE_VARIABLE;
    if (reference != NULL_TREE)
        place.pointee = ms_types_pointee(TREE_TYPE(expression));
    if (s_is_reference_to_pointer(TREE_TYPE(expression)))
        place.annotation = ms_annotation(); /* it is bound here: that is no block */
    return place;
}
