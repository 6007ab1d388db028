/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "instrument.h"

#include "attribute.h"
#include "object_calls.h"
#include "pass.h"
#include "plan.h"
#include "runtime_calls.h"
#include "scope_losses.h"

/* `*x = f()` as one statement becomes `t = f(); *x = t`: the value t, and POINT behind the store.
 */
static tree s_split_store(gcall *call, ms_insert_point *point) {
    tree target = gimple_call_lhs(call);
    tree value = make_ssa_name(TREE_TYPE(target));
    gimple_call_set_lhs(call, value);
    update_stmt(call);
    ms_calls_put(point, gimple_build_assign(target, value), gimple_location(call));
    return value;
}

/* A copy of the reference PLACE, of which GCC gives no warning: it gives them of the user's. Those
 * of a variable would go with it, so that gets a reference of its own. */
static tree s_quiet(tree place) {
    tree copy = unshare_expr(place);
    if (VAR_P(copy) && !is_global_var(copy) && !DECL_HARD_REGISTER(copy)) {
        tree type = build_pointer_type(TREE_TYPE(copy));
        copy = build2(MEM_REF, TREE_TYPE(copy), build_fold_addr_expr_with_type(copy, type),
                      build_zero_cst(type));
    }
    if (EXPR_P(copy))
        suppress_warning(copy);
    return copy;
}

/* What is at PLACE in memory, read at POINT, which moves behind it. */
static tree s_read(tree place, ms_insert_point *point, location_t location) {
    tree value = make_ssa_name(TYPE_MAIN_VARIANT(TREE_TYPE(place)));
    gassign *load = gimple_build_assign(value, s_quiet(place));
    ms_calls_put(point, load, location);
    return value;
}

static void s_insert_at_entry(function *fun, const ms_insertion &insertion) {
    ms_insert_point point = ms_calls_point_at_entry(fun);
    tree value = insertion.value;
    if (TREE_CODE(value) != SSA_NAME)
        value = s_read(value, &point, insertion.assign.location);
    if (insertion.is_release) {
        ms_calls_released_at(point, value, insertion.claim.location);
        return;
    }
    ms_calls_assign(point, ms_sites_add(insertion.assign), value, null_pointer_node,
                    insertion.assign.location);
}

/* The pointer of INSERTION, as it can be used at POINT. */
static tree s_value(const ms_insertion &insertion, ms_insert_point *point) {
    if (insertion.value == NULL_TREE)
        return s_split_store(as_a<gcall *>(insertion.statement), point);
    if (TREE_CODE(insertion.value) != SSA_NAME && !is_gimple_min_invariant(insertion.value))
        return s_read(insertion.value, point, gimple_location(insertion.statement));
    return insertion.value;
}

/* What the place of INSERTION holds in front of its statement. */
static tree s_old_value(const ms_insertion &insertion) {
    if (insertion.old_value != NULL_TREE)
        return insertion.old_value;
    tree value = make_ssa_name(TYPE_MAIN_VARIANT(TREE_TYPE(insertion.place)));
    gimple_stmt_iterator at = gsi_for_stmt(insertion.statement);
    ms_calls_put_before(&at, gimple_build_assign(value, s_quiet(insertion.place)),
                        insertion.assign.location);
    return value;
}

/* What the loss of INSERTION is told that the block may be held by from now on, which is VALUE but
 * for `x = exchange(&p, q)`: that gives back what p held. */
static tree s_taken(const ms_insertion &insertion, tree value, ms_insert_point *point) {
    tree result = is_gimple_call(insertion.statement) && insertion.value != NULL_TREE &&
                          TREE_CODE(insertion.value) != SSA_NAME
                      ? gimple_call_lhs(insertion.statement)
                      : NULL_TREE;
    if (result == NULL_TREE || TREE_CODE(result) != SSA_NAME)
        return value;
    if (POINTER_TYPE_P(TREE_TYPE(result)))
        return result;
    /* __atomic_exchange_n */
    if (!gimple_call_builtin_p(insertion.statement, BUILT_IN_NORMAL) ||
        !INTEGRAL_TYPE_P(TREE_TYPE(result)) ||
        TYPE_PRECISION(TREE_TYPE(result)) != TYPE_PRECISION(ptr_type_node))
        return value;
    tree pointer = make_ssa_name(ptr_type_node);
    ms_calls_put(point, gimple_build_assign(pointer, NOP_EXPR, result),
                 gimple_location(insertion.statement));
    return pointer;
}

/* How many bytes the call of an allocator asks for: what its arguments say, or an object of the
 * type that it returns. */
static ms_bytes s_bytes(const ms_insertion &insertion) {
    const gcall *call = as_a<gcall *>(insertion.statement);
    auto operand = [call](unsigned number) {
        tree value = number != 0 && number <= gimple_call_num_args(call)
                         ? gimple_call_arg(call, number - 1)
                         : NULL_TREE;
        return value != NULL_TREE && INTEGRAL_TYPE_P(TREE_TYPE(value)) ? value : NULL_TREE;
    };
    ms_bytes bytes = {operand(insertion.allocator->size), operand(insertion.allocator->count), 0};
    if (bytes.size == NULL_TREE && insertion.allocator->size == 0)
        bytes.known = insertion.claim.type_size;
    return bytes;
}

static void s_insert_allocated(const ms_insertion &insertion, ms_insert_point point, tree value) {
    const gcall *call = as_a<gcall *>(insertion.statement);
    unsigned pool = insertion.allocator->pool;
    ms_calls_allocated(point, ms_sites_add(insertion.claim), value, s_bytes(insertion),
                       pool != 0 && pool <= gimple_call_num_args(call)
                           ? gimple_call_arg(call, pool - 1)
                           : NULL_TREE,
                       insertion.claim.location);
}

/* False: there is no place for the code, nothing was done. */
static bool s_insert_behind(const ms_insertion &insertion) {
    ms_insert_point point;
    if (insertion.is_release) {
        ms_calls_released(insertion.statement, ms_sites_add(insertion.claim), insertion.value,
                          insertion.claim.location);
        return true;
    }
    if (insertion.is_free) {
        ms_calls_freed(insertion.statement, ms_sites_add(insertion.claim), insertion.value,
                       insertion.claim.location);
        return true;
    }
    if (insertion.is_returned) {
        ms_calls_returned(insertion.statement, insertion.value, insertion.claim.location);
        return true;
    }
    if (!ms_calls_point_behind(insertion.statement, &point))
        return false;
    if (insertion.moved_from != NULL_TREE) {
        ms_calls_move(point, insertion.moved_from, insertion.value,
                      gimple_location(insertion.statement));
        return true;
    }
    tree old = insertion.has_loss && !insertion.loses_behind ? s_old_value(insertion) : NULL_TREE;
    tree value = s_value(insertion, &point), place = null_pointer_node;
    if (insertion.allocator != nullptr) {
        s_insert_allocated(insertion, point, value);
        return true;
    }
    /* One place and one type: the record that is claimed by also tells of the others. */
    ms_site site = insertion.has_claim ? insertion.claim : insertion.assign;
    if (!insertion.has_claim && !insertion.has_assign)
        site.flags |= MEMSCOPE_SITE_LOSS;
    tree record = ms_sites_add(site);
    if (insertion.has_assign || insertion.has_loss)
        place = ms_calls_address(&point, insertion.place, site.location);
    if (insertion.has_loss && insertion.loses_behind)
        old = s_read(insertion.place, &point, site.location);
    if (insertion.has_loss)
        ms_calls_lose(&point, record, old, s_taken(insertion, value, &point), place, site.location);
    if (insertion.bytes != NULL_TREE && !insertion.has_assign)
        ms_calls_claim_elements(point, record, value, insertion.bytes, insertion.count,
                                site.location);
    else if (insertion.has_claim)
        ms_calls_claim(point, record, insertion.has_assign ? record : NULL_TREE, value, place,
                       site.location);
    else if (insertion.has_assign)
        ms_calls_assign(point, record, value, place, site.location);
    return true;
}

/* The records of what was put into FUN while it was the front end's. */
static void s_make_later_sites(function *fun) {
    basic_block block;
    FOR_EACH_BB_FN(block, fun)
    for (gimple_stmt_iterator at = gsi_start_bb(block); !gsi_end_p(at); gsi_next(&at)) {
        gimple *statement = gsi_stmt(at);
        tree site = ms_object_calls_is_enter(statement)
                        ? ms_sites_now(gimple_call_arg(statement, 0))
                        : NULL_TREE;
        if (site == NULL_TREE)
            continue;
        gimple_call_set_arg(statement, 0, site);
        update_stmt(statement);
    }
}

static unsigned s_instrument(function *fun) {
    bool changed = false;
    if (ms_attribute_may_be_used()) {
        s_make_later_sites(fun);
        ms_scope_losses_settle(fun);
    }
    for (const ms_insertion &insertion : ms_plan_function(fun)) {
        if (insertion.statement == nullptr) {
            s_insert_at_entry(fun, insertion);
            changed = true;
        } else if (s_insert_behind(insertion)) {
            changed = true;
        }
    }
    if (!changed)
        return 0;
    free_dominance_info(CDI_DOMINATORS);
    free_dominance_info(CDI_POST_DOMINATORS);
    return TODO_update_ssa_only_virtuals;
}

opt_pass *ms_instrument_pass_new(void) {
    return ms_pass_over_functions("memscope", PROP_cfg | PROP_ssa, s_instrument);
}
