/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alloca_objects.h"

#include "arguments.h"
#include "known_types.h"
#include "object_calls.h"
#include "place_name.h"
#include "type_name.h"

static bool s_is_alloca(tree expression) {
    tree callee = TREE_CODE(expression) == CALL_EXPR ? get_callee_fndecl(expression) : NULL_TREE;
    if (callee == NULL_TREE || !fndecl_built_in_p(callee, BUILT_IN_NORMAL))
        return false;
    switch (DECL_FUNCTION_CODE(callee)) {
    CASE_BUILT_IN_ALLOCA:
        return !CALL_ALLOCA_FOR_VAR_P(expression);
    default:
        return false;
    }
}

/* Calls FOUND for each call of alloca whose result the expression at VALUE may give. */
static void s_find(tree *value, const std::function<void(tree *call)> &found) {
    switch (TREE_CODE(*value)) {
    CASE_CONVERT:
    case NON_LVALUE_EXPR:
    case VIEW_CONVERT_EXPR:
    case PAREN_EXPR:
    case SAVE_EXPR:
    case CLEANUP_POINT_EXPR:
        s_find(&TREE_OPERAND(*value, 0), found);
        break;
    case COND_EXPR:
        s_find(&TREE_OPERAND(*value, 1), found);
        s_find(&TREE_OPERAND(*value, 2), found);
        break;
    case COMPOUND_EXPR:
    case TARGET_EXPR:
        s_find(&TREE_OPERAND(*value, 1), found);
        break;
    default:
        if (s_is_alloca(*value))
            found(value);
    }
}

/* ---- who gets it ---- */

struct s_owner {
    tree place = NULL_TREE; /* what is assigned to */
    tree *value = nullptr;
    ms_annotation annotation;
};

/* Whether STATEMENT assigns to an annotated pointer. */
static bool s_fill_owner(tree statement, s_owner *owner) {
    if (TREE_CODE(statement) == MODIFY_EXPR || TREE_CODE(statement) == INIT_EXPR) {
        owner->place = TREE_OPERAND(statement, 0);
        owner->value = &TREE_OPERAND(statement, 1);
    } else if (TREE_CODE(statement) == DECL_EXPR && VAR_P(DECL_EXPR_DECL(statement)) &&
               DECL_INITIAL(DECL_EXPR_DECL(statement)) != NULL_TREE) {
        owner->place = DECL_EXPR_DECL(statement);
        owner->value = &DECL_INITIAL(owner->place);
    } else {
        return false;
    }
    tree type = TREE_TYPE(owner->place);
    if (!POINTER_TYPE_P(type))
        return false;
    tree decl = ms_place_declaration(owner->place);
    if (decl != NULL_TREE)
        owner->annotation = ms_attribute_of_decl(decl);
    if (!owner->annotation.present)
        owner->annotation = ms_attribute_of_type(TREE_TYPE(type));
    return owner->annotation.present && ms_arguments_want_type(ms_type_name_spell_pointee(type));
}

static ms_site s_site(const s_owner &owner, tree function, location_t location) {
    tree type = TREE_TYPE(owner.place);
    tree size = TYPE_SIZE_UNIT(TREE_TYPE(type));
    ms_site site;
    site.kind = MEMSCOPE_SITE_OBJECT;
    site.flags = MEMSCOPE_SITE_GROWS;
    site.var_name = ms_place_name(owner.place);
    site.type_name = ms_type_name_spell_pointee(type);
    if (!site.type_name.empty() && size != NULL_TREE && tree_fits_uhwi_p(size))
        site.type_size = tree_to_uhwi(size);
    site.evidence = site.type_name.empty() ? MEMSCOPE_EVIDENCE_NONE : MEMSCOPE_EVIDENCE_DECLARED;
    site.function = ms_types_function_name(function);
    site.has_label = owner.annotation.has_label;
    site.label = owner.annotation.label;
    site.location = location;
    return site;
}

/* *CALL becomes `(object = grow(object, size), alloca(size))`. */
static void s_grow(tree *call, tree object) {
    location_t location = EXPR_LOCATION(*call);
    tree &size = CALL_EXPR_ARG(*call, 0);
    size = save_expr(size);
    tree bytes = fold_convert(size_type_node, size);
    *call = build2_loc(location, COMPOUND_EXPR, TREE_TYPE(*call),
                       ms_object_calls_grow(object, bytes, location), *call);
}

void ms_alloca_objects_find(tree *body, ms_scope_frame *frame, std::vector<ms_scope_code> *around) {
    std::unordered_set<tree> done;
    ms_scopes_visit_frame(body, [&](tree statement) {
        s_owner owner;
        if (!s_fill_owner(statement, &owner))
            return;
        s_find(owner.value, [&](tree *call) {
            if (!done.insert(*call).second)
                return;
            ms_site site = s_site(owner, frame->function, EXPR_LOCATION(*call));
            ms_scope_code code = ms_object_calls_around(site, size_zero_node, frame);
            frame->open.push_back(code.state);
            around->push_back(code);
            s_grow(call, code.state);
        });
    });
}
