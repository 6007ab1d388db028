/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scope_losses.h"

#include "arguments.h"
#include "assigned.h"
#include "attribute.h"
#include "known_types.h"
#include "left_alone.h"
#include "place_name.h"
#include "runtime_calls.h"
#include "scope_exits.h"
#include "sites.h"
#include "type_name.h"

static bool s_is_wanted(tree decl) {
    tree type = TREE_TYPE(decl);
    return TREE_CODE(type) == POINTER_TYPE && DECL_NAME(decl) != NULL_TREE &&
           ms_attribute_of_decl(decl).present &&
           ms_arguments_want_type(ms_type_name_spell_pointee(type));
}

static ms_site s_site(tree decl, const ms_scope_exit &exit) {
    ms_annotation annotation = ms_attribute_of_decl(decl);
    const ms_pointee *pointee = ms_types_pointee(TREE_TYPE(decl));
    ms_site site;
    site.kind = TREE_CODE(decl) == PARM_DECL ? MEMSCOPE_SITE_PARAMETER : MEMSCOPE_SITE_VARIABLE;
    site.evidence = MEMSCOPE_EVIDENCE_DECLARED;
    site.var_name = IDENTIFIER_POINTER(DECL_NAME(decl));
    site.type_name = pointee->spelling;
    site.type_size = pointee->size;
    site.function = ms_types_function_name(exit.function);
    site.has_label = annotation.has_label;
    site.label = annotation.label;
    site.location = exit.location;
    site.line = exit.line;
    site.flags = MEMSCOPE_SITE_LOSS;
    if (!DECL_NONLOCAL(decl))
        site.flags |= MEMSCOPE_SITE_LOCAL;
    return site;
}

/* What DECL holds, read without a warning. */
static tree s_value(tree decl) {
    if (!TREE_ADDRESSABLE(decl))
        return fold_convert(ptr_type_node, decl);
    tree type = build_pointer_type(TREE_TYPE(decl));
    tree value = build2(MEM_REF, TREE_TYPE(decl), build_fold_addr_expr_with_type(decl, type),
                        build_zero_cst(type));
    suppress_warning(value);
    return fold_convert(ptr_type_node, value);
}

/* A variable has no place; that of a call for exceptions is not null until it is settled. */
static tree s_lose(tree decl, const ms_scope_exit &exit) {
    if (DECL_NONLOCAL(decl))
        ms_place_note_shared(decl);
    tree place = exit.is_thrown ? build_int_cst(ptr_type_node, 1) : null_pointer_node;
    return ms_calls_lose_early(ms_sites_later(s_site(decl, exit)), s_value(decl),
                               exit.returned != NULL_TREE ? exit.returned : null_pointer_node,
                               place);
}

void ms_scope_losses_insert(void *data, void *) {
    tree function = static_cast<tree>(data);
    /* A C++ constructor is finished once for each of its clones, with a copy of what we have made.
     */
    if (DECL_SAVED_TREE(function) != NULL_TREE && ms_attribute_may_be_used() &&
        DECL_ABSTRACT_ORIGIN(function) == NULL_TREE && !ms_left_alone(function))
        ms_scope_exits_insert(function, {s_is_wanted, s_lose});
}

/* ---- in SSA form ---- */

/* The variable, or memory, that CALL says to lose something. */
static tree s_lost_from(const gcall *call) {
    tree value = gimple_call_arg(call, 1);
    if (TREE_CODE(value) == SSA_NAME && SSA_NAME_VAR(value) == NULL_TREE &&
        gimple_assign_load_p(SSA_NAME_DEF_STMT(value)))
        return gimple_assign_rhs1(SSA_NAME_DEF_STMT(value));
    return value;
}

/* CALL is where exceptions that leave a scope land: the statement that throws them all; null: there
 * are several. */
static gimple *s_thrower(gcall *call) {
    gimple *thrower = nullptr;
    std::unordered_set<int> seen;
    std::vector<basic_block> open = {gimple_bb(call)};
    while (!open.empty()) {
        basic_block block = open.back();
        open.pop_back();
        edge way;
        edge_iterator ways;
        FOR_EACH_EDGE(way, ways, block->preds) {
            gimple *last = last_nondebug_stmt(way->src);
            bool is_on = last != nullptr && gimple_code(last) == GIMPLE_RESX;
            if ((way->flags & EDGE_EH) == 0 || (thrower != nullptr && !is_on && thrower != last))
                return nullptr;
            if (is_on && seen.insert(way->src->index).second)
                open.push_back(way->src);
            else if (!is_on)
                thrower = last;
        }
    }
    return thrower;
}

/* False: CALL is to be removed. */
static bool s_settle(gcall *call) {
    if (!ms_assigned_before(s_lost_from(call), call))
        return false;
    ms_site site = *ms_sites_later_site(gimple_call_arg(call, 0));
    bool is_thrown = !integer_zerop(gimple_call_arg(call, 3));
    gimple *thrower = is_thrown ? s_thrower(call) : nullptr;
    if (thrower != nullptr && gimple_has_location(thrower)) {
        site.location = gimple_location(thrower);
        site.line = 0;
    }
    gimple_call_set_arg(call, 0, ms_sites_add(site));
    gimple_call_set_arg(call, 3, null_pointer_node);
    ms_calls_prepare(call, site.location);
    update_stmt(call);
    return true;
}

void ms_scope_losses_settle(function *fun) {
    std::vector<gimple *> unneeded;
    basic_block block;
    FOR_EACH_BB_FN(block, fun)
    for (gimple_stmt_iterator at = gsi_start_bb(block); !gsi_end_p(at); gsi_next(&at))
        if (ms_calls_is_loss(gsi_stmt(at)) && !s_settle(as_a<gcall *>(gsi_stmt(at))))
            unneeded.push_back(gsi_stmt(at));
    for (gimple *statement : unneeded) {
        gimple_stmt_iterator at = gsi_for_stmt(statement);
        unlink_stmt_vdef(statement);
        gsi_remove(&at, true);
        release_defs(statement);
    }
}
