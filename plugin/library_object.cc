/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "library_object.h"

/* By mangled names, which -flto keeps. */
#define STRING "_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE"

/* What may give a std::string another block: its constructors, operators and methods; what is const
 * has another name. */
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

/* Functions that get a std::string as their second argument: getline, operator>>. */
static const char *const s_readers[] = {"_ZSt7getlineIc", "_ZStrsIc"};

static bool s_begins_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

/* Which argument of the function NAME is the object; -1: none. */
static int s_object_argument(const char *name) {
    for (const char *reader : s_readers)
        if (s_begins_with(name, reader))
            return 1;
    if (!s_begins_with(name, STRING))
        return -1;
    for (const char *method : s_methods)
        if (s_begins_with(name + strlen(STRING), method))
            return 0;
    return -1;
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
    *pointer_type = build_pointer_type(char_type_node);
    return POINTER_TYPE_P(TREE_TYPE(object)) ? object : NULL_TREE;
}

tree ms_library_object_block(tree object, tree pointer_type) {
    return build2(MEM_REF, pointer_type, object,
                  build_int_cst(build_pointer_type(pointer_type), 0));
}
