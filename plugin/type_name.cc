/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "type_name.h"

/* GCC's own names of the C integer types, and what people write. */
static const struct {
    const char *gcc;
    const char *people;
} s_integers[] = {
    {"long int", "long"},
    {"short int", "short"},
    {"long long int", "long long"},
    {"long unsigned int", "unsigned long"},
    {"short unsigned int", "unsigned short"},
    {"long long unsigned int", "unsigned long long"},
};

static std::string s_integer(const char *name) {
    for (const auto &entry : s_integers)
        if (strcmp(entry.gcc, name) == 0)
            return entry.people;
    return name;
}

/* The tag or typedef name of TYPE; null: none. */
static const char *s_identifier(const_tree type) {
    tree name = TYPE_NAME(type);
    if (name != NULL_TREE && TREE_CODE(name) == TYPE_DECL)
        name = DECL_NAME(name);
    return name != NULL_TREE && !IDENTIFIER_ANON_P(name) ? IDENTIFIER_POINTER(name) : nullptr;
}

/* `typedef struct {...} point` names a variant of the struct, in C; the struct itself has no name.
 * The first such typedef; TYPE when there is none. */
static tree s_named_variant(tree type) {
    tree named = type;
    if (!RECORD_OR_UNION_TYPE_P(type) || s_identifier(type) != nullptr)
        return type;
    for (tree v = TYPE_MAIN_VARIANT(type); v != NULL_TREE; v = TYPE_NEXT_VARIANT(v)) {
        if (s_identifier(v) == nullptr || TREE_CODE(TYPE_NAME(v)) != TYPE_DECL)
            continue;
        if (named == type || DECL_UID(TYPE_NAME(v)) < DECL_UID(TYPE_NAME(named)))
            named = v;
    }
    return named;
}

static std::string s_qualifiers(const_tree type) {
    std::string text;
    if (TYPE_READONLY(type))
        text += "const ";
    if (TYPE_VOLATILE(type))
        text += "volatile ";
    if (TYPE_RESTRICT(type))
        text += "restrict ";
    return text;
}

static std::string s_join(const std::string &name, const std::string &inner) {
    if (inner.empty())
        return name;
    return inner[0] == '[' ? name + inner : name + " " + inner;
}

static const char *s_keyword(const_tree type) {
    switch (TREE_CODE(type)) {
    case RECORD_TYPE:
        return "struct ";
    case UNION_TYPE:
        return "union ";
    case ENUMERAL_TYPE:
        return "enum ";
    default:
        return "";
    }
}

/* A typedef inside a class (`pointer`, `value_type`) says less than what it stands for. */
static bool s_is_member_typedef(const_tree type) {
    tree name = TYPE_NAME(type);
    return name != NULL_TREE && TREE_CODE(name) == TYPE_DECL && DECL_CONTEXT(name) != NULL_TREE &&
           TYPE_P(DECL_CONTEXT(name)) && type != TYPE_MAIN_VARIANT(type);
}

/* A class, struct, union or enum as the C++ front end writes it: scope and template arguments. */
static std::string s_cxx_name(tree type) {
    if (s_is_member_typedef(type))
        type = TYPE_MAIN_VARIANT(type);
    std::string name = type_as_string(type, 0);
    for (const char *qualifier : {"const ", "volatile "})
        if (name.compare(0, strlen(qualifier), qualifier) == 0)
            name.erase(0, strlen(qualifier));
    return name;
}

/* A type that is not made out of others by a declarator. */
static std::string s_leaf(tree type) {
    const char *keyword = s_keyword(type);
    type = s_named_variant(type);
    const char *name = s_identifier(type);
    bool is_declared = TYPE_NAME(type) != NULL_TREE && TREE_CODE(TYPE_NAME(type)) == TYPE_DECL;
    if (*keyword != '\0' && is_declared && lang_GNU_CXX() && type_as_string != nullptr)
        return s_cxx_name(type);
    if (*keyword != '\0' && name == nullptr)
        return std::string(keyword) + "<anonymous>";
    if (*keyword != '\0' && !is_declared)
        return std::string(keyword) + name;
    if (name != nullptr)
        return s_integer(name);
    char *text = print_generic_expr_to_str(type);
    std::string result = text;
    free(text);
    return result;
}

static std::string s_spell(tree type, const std::string &inner, bool with_qualifiers);

static std::string s_parameters(tree function_type) {
    std::string text;
    for (tree p = TYPE_ARG_TYPES(function_type); p != NULL_TREE; p = TREE_CHAIN(p)) {
        if (VOID_TYPE_P(TREE_VALUE(p)))
            return "(" + (text.empty() ? "void" : text) + ")";
        text += (text.empty() ? "" : ", ") + s_spell(TREE_VALUE(p), "", true);
    }
    if (TYPE_ARG_TYPES(function_type) == NULL_TREE)
        return "()";
    return "(" + text + ", ...)";
}

static std::string s_bounds(const_tree array_type) {
    tree domain = TYPE_DOMAIN(array_type);
    tree high = domain != NULL_TREE ? TYPE_MAX_VALUE(domain) : NULL_TREE;
    if (high == NULL_TREE || !tree_fits_shwi_p(high))
        return "[]";
    return "[" + std::to_string(tree_to_shwi(high) + 1) + "]";
}

/* TYPE with the declarator INNER inside it, as C nests them: inside out. */
static std::string s_spell(tree type, const std::string &inner, bool with_qualifiers) {
    std::string before = with_qualifiers ? s_qualifiers(type) : "";
    if (s_identifier(type) != nullptr)
        return before + s_join(s_leaf(type), inner);
    switch (TREE_CODE(type)) {
    case POINTER_TYPE:
    case REFERENCE_TYPE: {
        std::string star = (TREE_CODE(type) == REFERENCE_TYPE ? "&" : "*") + before + inner;
        tree pointee = TREE_TYPE(type);
        bool needs_parentheses =
            s_identifier(pointee) == nullptr &&
            (FUNC_OR_METHOD_TYPE_P(pointee) || TREE_CODE(pointee) == ARRAY_TYPE);
        return s_spell(pointee, needs_parentheses ? "(" + star + ")" : star, true);
    }
    case ARRAY_TYPE:
        return s_spell(TREE_TYPE(type), inner + s_bounds(type), true);
    case FUNCTION_TYPE:
    case METHOD_TYPE:
        return s_spell(TREE_TYPE(type), inner + s_parameters(type), true);
    default:
        return before + s_join(s_leaf(type), inner);
    }
}

std::string ms_type_name_spell(tree type) {
    return s_spell(type, "", false);
}

bool ms_type_name_is_own(tree type) {
    tree named = s_named_variant(type);
    if (s_identifier(named) == nullptr)
        return false;
    return TREE_CODE(TYPE_NAME(named)) != TYPE_DECL ||
           !DECL_IS_UNDECLARED_BUILTIN(TYPE_NAME(named));
}

std::string ms_type_name_spell_pointee(tree pointer_type) {
    tree pointee = TREE_TYPE(pointer_type);
    if (VOID_TYPE_P(pointee) || FUNC_OR_METHOD_TYPE_P(pointee))
        return std::string();
    if (ms_type_name_is_own(pointer_type) && !s_is_member_typedef(pointer_type) &&
        !ms_type_name_is_own(pointee))
        return std::string("*") + s_identifier(pointer_type);
    return ms_type_name_spell(pointee);
}
