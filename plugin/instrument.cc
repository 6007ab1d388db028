/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "instrument.h"

#include "plan.h"
#include "runtime_calls.h"

/* `*x = f()` as one statement becomes `t = f(); *x = t`, so that there is a value to tell of. */
static gimple *s_split_store(gcall *call, const ms_insert_point &point) {
    tree target = gimple_call_lhs(call);
    tree value = make_ssa_name(TREE_TYPE(target));
    gimple_call_set_lhs(call, value);
    update_stmt(call);
    gassign *store = gimple_build_assign(target, value);
    gimple_set_location(store, gimple_location(call));
    gimple_stmt_iterator at = point.is_start ? gsi_start_bb(point.block) : point.at;
    if (point.is_start)
        gsi_insert_before(&at, store, GSI_NEW_STMT);
    else
        gsi_insert_after(&at, store, GSI_NEW_STMT);
    return store;
}

/* A parameter in memory, read at entry. */
static tree s_read_parameter(tree parameter, const ms_insert_point &point) {
    tree value = make_ssa_name(TYPE_MAIN_VARIANT(TREE_TYPE(parameter)));
    gassign *load = gimple_build_assign(value, parameter);
    gimple_stmt_iterator at = gsi_start_bb(point.block);
    gsi_insert_before(&at, load, GSI_NEW_STMT);
    return value;
}

static void s_insert_at_entry(function *fun, const ms_insertion &insertion) {
    ms_insert_point point = ms_calls_point_at_entry(fun);
    tree value = insertion.value;
    if (TREE_CODE(value) != SSA_NAME) {
        value = s_read_parameter(value, point);
        point.at = gsi_last_bb(point.block);
        point.is_start = false;
    }
    ms_calls_assign(point, ms_sites_add(insertion.assign), value, insertion.assign.location);
}

/* False: there is no place for the code, nothing was done. */
static bool s_insert_behind(const ms_insertion &insertion) {
    ms_insert_point point;
    if (!ms_calls_point_behind(insertion.statement, &point))
        return false;
    tree value = insertion.value;
    if (value == NULL_TREE) {
        gimple *store = s_split_store(as_a<gcall *>(insertion.statement), point);
        value = gimple_assign_rhs1(store);
        ms_calls_point_behind(store, &point);
    }
    if (!insertion.has_claim) {
        ms_calls_assign(point, ms_sites_add(insertion.assign), value, insertion.assign.location);
        return true;
    }
    tree claim_site = ms_sites_add(insertion.claim);
    tree assign_site = NULL_TREE;
    if (insertion.has_assign) /* of one place and one type: the same record, told in another way */
        assign_site = claim_site;
    ms_calls_claim(point, claim_site, assign_site, value, insertion.claim.location);
    return true;
}

static unsigned s_instrument(function *fun) {
    bool changed = false;
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

namespace {

const pass_data s_pass_data = {
    .type = GIMPLE_PASS,
    .name = "memscope",
    .optinfo_flags = OPTGROUP_NONE,
    .tv_id = TV_NONE,
    .properties_required = PROP_cfg | PROP_ssa,
    .properties_provided = 0,
    .properties_destroyed = 0,
    .todo_flags_start = 0,
    .todo_flags_finish = 0,
};

class instrument_pass : public gimple_opt_pass {
  public:
    explicit instrument_pass(gcc::context *context) : gimple_opt_pass(s_pass_data, context) {
    }
    unsigned int execute(function *fun) final override {
        return s_instrument(fun);
    }
};

} // namespace

opt_pass *ms_instrument_pass_new(gcc::context *context) {
    return new instrument_pass(context);
}
