/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan.h"

#include "arguments.h"
#include "typing.h"

/* ---- functions that are left alone ---- */

/* The dynamic linker calls it while it relocates, when thread-local variables may not be there. */
static bool s_is_ifunc_resolver(tree decl) {
    cgraph_node *node = cgraph_node::get(decl);
    ipa_ref *reference;
    for (unsigned i = 0; node != nullptr && node->iterate_direct_aliases(i, reference); i++)
        if (reference->referring->ifunc_resolver)
            return true;
    return false;
}

static bool s_is_left_alone(function *fun) {
    tree decl = fun->decl;
    return DECL_EXTERNAL(decl) ||
           lookup_attribute("no_instrument_function", DECL_ATTRIBUTES(decl)) != NULL_TREE ||
           lookup_attribute("naked", DECL_ATTRIBUTES(decl)) != NULL_TREE ||
           s_is_ifunc_resolver(decl) ||
           ms_arguments_exclude(expand_location(DECL_SOURCE_LOCATION(decl)).file,
                                ms_types_function_name(decl));
}

/* ---- sites ---- */

static ms_site s_site(function *fun, const ms_place &place, const ms_pointee *pointee,
                      location_t location) {
    ms_site site;
    site.var_name = place.name;
    if (pointee != nullptr) {
        site.type_name = pointee->spelling;
        site.type_size = pointee->size;
    }
    site.function = ms_types_function_name(fun->decl);
    site.has_label = place.annotation.has_label;
    site.label = place.annotation.label;
    site.location = location;
    return site;
}

/* The site of an assignment to PLACE, whose declaration tells the type. */
static ms_site s_assign_site(function *fun, const ms_place &place, location_t location) {
    ms_site site = s_site(fun, place, place.pointee, location);
    site.kind = place.kind;
    site.evidence = site.type_name.empty() ? MEMSCOPE_EVIDENCE_NONE : MEMSCOPE_EVIDENCE_DECLARED;
    return site;
}

static ms_site s_claim_site(function *fun, const ms_typing &typing, location_t location) {
    ms_site site = s_site(fun, typing.place, typing.pointee, location);
    site.kind = typing.place.annotation.present && typing.place.kind != MEMSCOPE_SITE_UNKNOWN
                    ? typing.place.kind
                    : (uint8_t)MEMSCOPE_SITE_CALL;
    site.evidence = typing.evidence;
    return site;
}

/* ---- the plan ---- */

struct s_planning {
    function *fun;
    std::vector<ms_insertion> insertions;
    std::unordered_set<gimple *> told; /* assignments that a call's own site tells of */
};

static bool s_is_wanted(const ms_site &site) {
    return ms_arguments_want_type(site.type_name);
}

static void s_plan_call(s_planning *planning, gcall *call) {
    if (!ms_typing_is_candidate(call))
        return;
    ms_typing typing = ms_typing_find(planning->fun, call);
    if (!typing.is_annotated && (typing.pointee == nullptr || !ms_arguments_given.track_all))
        return;
    ms_insertion insertion;
    insertion.statement = call;
    insertion.value = gimple_call_lhs(call);
    insertion.claim = s_claim_site(planning->fun, typing, gimple_location(call));
    insertion.has_claim = s_is_wanted(insertion.claim);
    if (!insertion.has_claim)
        return;
    if (typing.direct_store != nullptr) {
        ms_place place = ms_place_of(gimple_get_lhs(typing.direct_store));
        insertion.assign = s_assign_site(planning->fun, place, gimple_location(call));
        insertion.has_assign = s_is_wanted(insertion.assign);
        planning->told.insert(typing.direct_store);
    }
    planning->insertions.push_back(insertion);
}

static void s_plan_assign_of(s_planning *planning, gimple *statement, const ms_place &place,
                             tree value, location_t location) {
    ms_insertion insertion;
    insertion.statement = statement;
    insertion.value = value;
    insertion.assign = s_assign_site(planning->fun, place, location);
    insertion.has_assign = s_is_wanted(insertion.assign);
    if (insertion.has_assign)
        planning->insertions.push_back(insertion);
}

/* p = p + 1: no other block. */
static bool s_only_moves(const gimple *statement) {
    return is_gimple_assign(statement) && gimple_assign_rhs_code(statement) == POINTER_PLUS_EXPR;
}

static void s_plan_assignment(s_planning *planning, gimple *statement) {
    tree target = gimple_get_lhs(statement);
    if (target == NULL_TREE || !POINTER_TYPE_P(TREE_TYPE(target)) ||
        planning->told.count(statement) != 0 || s_only_moves(statement))
        return;
    ms_place place = ms_place_of(target);
    if (!place.annotation.present)
        return;
    tree value = target;
    if (TREE_CODE(target) != SSA_NAME)
        value = is_gimple_assign(statement) ? gimple_assign_rhs1(statement) : NULL_TREE;
    else if (gimple_assign_single_p(statement) &&
             is_gimple_min_invariant(gimple_assign_rhs1(statement)))
        return; /* NULL, or the address of a variable */
    if (value != NULL_TREE && TREE_CODE(value) != SSA_NAME)
        return;
    s_plan_assign_of(planning, statement, place, value, gimple_location(statement));
}

/* The value that a parameter has at entry: its default definition, if it lives in registers; one
 * that lives in memory is read there by ms_instrument. */
static void s_plan_parameters(s_planning *planning) {
    tree decl = planning->fun->decl;
    for (tree p = DECL_ARGUMENTS(decl); p != NULL_TREE; p = DECL_CHAIN(p)) {
        if (!POINTER_TYPE_P(TREE_TYPE(p)) || !ms_attribute_of_decl(p).present)
            continue;
        tree value = is_gimple_reg(p) ? get_or_create_ssa_default_def(planning->fun, p) : p;
        ms_place place = ms_place_of(p);
        s_plan_assign_of(planning, nullptr, place, value, DECL_SOURCE_LOCATION(p));
    }
}

std::vector<ms_insertion> ms_plan_function(function *fun) {
    s_planning planning;
    planning.fun = fun;
    if (s_is_left_alone(fun))
        return planning.insertions;
    renumber_gimple_stmt_uids(fun);
    s_plan_parameters(&planning);
    basic_block block;
    FOR_EACH_BB_FN(block, fun) {
        for (gimple_stmt_iterator at = gsi_start_bb(block); !gsi_end_p(at); gsi_next(&at)) {
            gimple *statement = gsi_stmt(at);
            if (gcall *call = dyn_cast<gcall *>(statement))
                s_plan_call(&planning, call);
            if (is_gimple_call(statement) || is_gimple_assign(statement))
                s_plan_assignment(&planning, statement);
        }
    }
    return planning.insertions;
}
