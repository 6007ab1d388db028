/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "copied_members.h"

#include "attribute.h"

static bool s_is_annotated(const_tree field) {
    return POINTER_TYPE_P(TREE_TYPE(field)) && ms_attribute_of_decl(field).present;
}

/* Whether TYPE, a struct, has any. Kept by the number of the type: there are many copies. */
static bool s_has_any(const_tree type) {
    static std::unordered_map<unsigned, bool> known;
    auto [at, is_new] = known.try_emplace(TYPE_UID(type), false);
    if (!is_new)
        return at->second;
    bool has_any = false;
    for (tree field = TYPE_FIELDS(type); field != NULL_TREE; field = DECL_CHAIN(field))
        has_any |= TREE_CODE(field) == FIELD_DECL &&
                   (s_is_annotated(field) ||
                    (TREE_CODE(TREE_TYPE(field)) == RECORD_TYPE && s_has_any(TREE_TYPE(field))));
    return known[TYPE_UID(type)] = has_any;
}

static void s_add(tree reference, std::vector<tree> *members) {
    if (!s_has_any(TREE_TYPE(reference)))
        return;
    for (tree field = TYPE_FIELDS(TREE_TYPE(reference)); field != NULL_TREE;
         field = DECL_CHAIN(field)) {
        bool is_struct =
            TREE_CODE(field) == FIELD_DECL && TREE_CODE(TREE_TYPE(field)) == RECORD_TYPE;
        if (TREE_CODE(field) != FIELD_DECL || (!is_struct && !s_is_annotated(field)))
            continue;
        tree member =
            build3(COMPONENT_REF, TREE_TYPE(field), unshare_expr(reference), field, NULL_TREE);
        if (is_struct)
            s_add(member, members);
        else
            members->push_back(member);
    }
}

std::vector<tree> ms_copied_members(tree target) {
    std::vector<tree> members;
    if (TREE_CODE(TREE_TYPE(target)) == RECORD_TYPE && COMPLETE_TYPE_P(TREE_TYPE(target)) &&
        !TREE_THIS_VOLATILE(target))
        s_add(target, &members);
    return members;
}
