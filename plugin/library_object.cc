/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "library_object.h"

/* By mangled names, which -flto keeps. */
static const char *const s_strings[] = {
    "_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE",
    "_ZNSt7__cxx1112basic_stringIwSt11char_traitsIwESaIwEE",
};

/* What may give a std::string or std::wstring another block: its constructors, operators and
 * methods; what is const has another name. */
static const char *const s_methods[] = {
    "C1",
    "C2",
    "aSE",
    "pLE",
    "6append",
    "6assign",
    "6insert",
    "6resize",
    "7replace",
    "7reserve",
    "9push_back",
    "9_M_append",
    "9_M_assign",
    "9_M_mutate",
    "10_M_replace",
    "12_M_construct",
    "14_M_replace_aux",
    "13shrink_to_fit",
};

/* Functions that get one as their second argument: getline, operator>>. */
static const char *const s_readers[] = {"_ZSt7getlineIc", "_ZSt7getlineIw", "_ZStrsIc", "_ZStrsIw"};

static bool s_begins_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

/* Which argument of the function NAME is the object; -1: none. */
static int s_object_argument(const char *name) {
    for (const char *reader : s_readers)
        if (s_begins_with(name, reader))
            return 1;
    for (const char *string : s_strings)
        for (const char *method : s_methods)
            if (s_begins_with(name, string) && s_begins_with(name + strlen(string), method))
                return 0;
    return -1;
}

/* The type of the first pointer in an object of TYPE; NULL_TREE: it has none. */
static tree s_first_pointer(tree type) {
    if (POINTER_TYPE_P(type))
        return type;
    tree field = RECORD_OR_UNION_TYPE_P(type) ? TYPE_FIELDS(type) : NULL_TREE;
    tree found = NULL_TREE;
    for (; field != NULL_TREE && found == NULL_TREE; field = DECL_CHAIN(field))
        if (TREE_CODE(field) == FIELD_DECL)
            found = s_first_pointer(TREE_TYPE(field));
    return found;
}

tree ms_library_object_of(const gcall *call, tree *pointer_type) {
    tree callee = gimple_call_fndecl(call);
    if (!lang_GNU_CXX() || callee == NULL_TREE || !DECL_EXTERNAL(callee) ||
        !in_system_header_at(DECL_SOURCE_LOCATION(callee)))
        return NULL_TREE;
    int argument = s_object_argument(IDENTIFIER_POINTER(DECL_ASSEMBLER_NAME(callee)));
    if (argument < 0 || argument >= (int)gimple_call_num_args(call))
        return NULL_TREE;
    tree object = gimple_call_arg(call, argument);
    tree type = TREE_TYPE(object);
    tree pointer = POINTER_TYPE_P(type) ? s_first_pointer(TREE_TYPE(type)) : NULL_TREE;
    if (pointer == NULL_TREE)
        return NULL_TREE;
    *pointer_type = build_pointer_type(TYPE_MAIN_VARIANT(TREE_TYPE(pointer)));
    return object;
}

tree ms_library_object_block(tree object, tree pointer_type) {
    return build2(MEM_REF, pointer_type, object,
                  build_int_cst(build_pointer_type(pointer_type), 0));
}
