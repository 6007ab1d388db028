/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan.h"

#include "arguments.h"
#include "assigned.h"
#include "candidate.h"
#include "copied_members.h"
#include "kept_elsewhere.h"
#include "left_alone.h"
#include "library_object.h"
#include "saved_values.h"
#include "typing.h"

/* ---- sites ---- */

/* Where STATEMENT is in the source. What GCC itself made has no place: then that of the nearest
 * statement before it, and of the function at last. */
static location_t s_location(const function *fun, gimple *statement) {
    basic_block block = gimple_bb(statement);
    gimple_stmt_iterator at = gsi_for_stmt(statement);
    for (;;) {
        for (; !gsi_end_p(at); gsi_prev(&at))
            if (gimple_has_location(gsi_stmt(at)))
                return gimple_location(gsi_stmt(at));
        if (!single_pred_p(block) || single_pred(block) == ENTRY_BLOCK_PTR_FOR_FN(fun))
            return DECL_SOURCE_LOCATION(fun->decl);
        block = single_pred(block);
        at = gsi_last_bb(block);
    }
}

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
    site.flags = place.is_local ? MEMSCOPE_SITE_LOCAL : 0;
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
    if (typing.is_handed_on)
        site.flags |= MEMSCOPE_SITE_HANDED_ON;
    return site;
}

/* ---- the plan ---- */

struct s_planning {
    function *fun;
    std::vector<ms_insertion> insertions;
    std::unordered_set<gimple *> told;   /* assignments that a call's own site tells of */
    std::unordered_set<gimple *> losses; /* of those, where it also tells of the loss */
    std::unordered_set<gimple *> moves;  /* planned */
};

static bool s_is_wanted(const ms_site &site) {
    return ms_arguments_want_type(site.type_name);
}

/* What the claim of INSERTION says of elements. The size asked for is told with it where the block
 * may have another; not where setjmp would make GCC warn about the variable that it is in, nor
 * where an assignment is told. */
static void s_plan_elements(const s_planning *planning, const ms_elements &elements,
                            ms_insertion *insertion) {
    bool can_tell = !insertion->has_assign && !planning->fun->calls_setjmp;
    if (!elements.is_known || (!elements.is_certain && !can_tell))
        return;
    insertion->claim.element_name = elements.spelling;
    insertion->claim.element_size = elements.size;
    insertion->claim.header_size = elements.header;
    if (elements.is_certain)
        return;
    insertion->bytes = elements.bytes;
    insertion->count = elements.count;
}

static void s_plan_moves(s_planning *planning, const ms_typing &typing) {
    for (const ms_move &move : typing.moves) {
        if (!ms_arguments_given.track_all || !planning->moves.insert(move.statement).second)
            continue;
        ms_insertion insertion;
        insertion.statement = move.statement;
        insertion.value = move.moved;
        insertion.moved_from = move.from;
        planning->insertions.push_back(insertion);
    }
}

/* PLACE, which STATEMENT overwrites, has held something before. */
static void s_plan_loss(ms_insertion *insertion, gimple *statement, tree place) {
    insertion->place = place;
    insertion->old_value = ms_saved_value(place, statement);
    insertion->has_loss = (TREE_CODE(place) != SSA_NAME || insertion->old_value != NULL_TREE) &&
                          ms_assigned_before(place, statement) &&
                          !ms_kept_elsewhere(place, insertion->old_value, statement);
}

/* TYPING is that of STATEMENT, a call or a load. */
static void s_plan_claim(s_planning *planning, gimple *statement, const ms_typing &typing) {
    if (!typing.is_annotated && (typing.pointee == nullptr || !ms_arguments_given.track_all))
        return;
    ms_insertion insertion;
    insertion.statement = statement;
    insertion.value = gimple_get_lhs(statement);
    insertion.claim = s_claim_site(planning->fun, typing, s_location(planning->fun, statement));
    if (is_gimple_call(statement) && gimple_call_fndecl(statement) != NULL_TREE)
        insertion.claim.deallocator = ms_allocator_deallocator(gimple_call_fndecl(statement));
    insertion.has_claim = s_is_wanted(insertion.claim);
    if (!insertion.has_claim)
        return;
    if (typing.direct_store != nullptr) {
        ms_place place = ms_place_of(gimple_get_lhs(typing.direct_store));
        insertion.assign =
            s_assign_site(planning->fun, place, s_location(planning->fun, statement));
        insertion.has_assign = s_is_wanted(insertion.assign);
        tree target = gimple_get_lhs(typing.direct_store);
        /* What others are made of may not be there yet. */
        if (insertion.has_assign && (typing.direct_store == statement || DECL_P(target))) {
            s_plan_loss(&insertion, typing.direct_store, target);
            insertion.loses_behind = typing.direct_store != statement;
            planning->losses.insert(typing.direct_store);
        }
        planning->told.insert(typing.direct_store);
    }
    s_plan_elements(planning, typing.elements, &insertion);
    planning->insertions.push_back(insertion);
}

/* STATEMENT gives a pointer that may be a new block. */
static void s_plan_block(s_planning *planning, gimple *statement) {
    ms_typing typing = ms_typing_find(planning->fun, statement);
    s_plan_claim(planning, statement, typing);
    s_plan_moves(planning, typing);
}

/* The typing of what CALL returns, also into memory. */
static ms_typing s_allocation_typing(const s_planning *planning, gcall *call) {
    tree result = gimple_call_lhs(call);
    if (TREE_CODE(result) == SSA_NAME)
        return ms_typing_find(planning->fun, call);
    ms_typing typing;
    typing.place = ms_place_of(result);
    if (typing.place.pointee != nullptr && !typing.place.pointee->spelling.empty()) {
        typing.pointee = typing.place.pointee;
        typing.evidence = MEMSCOPE_EVIDENCE_LHS;
    }
    return typing;
}

/* CALL is one of ALLOCATOR: what it returns is a block. */
static void s_plan_allocation(s_planning *planning, gcall *call, const ms_allocator &allocator) {
    ms_typing typing = s_allocation_typing(planning, call);
    ms_insertion insertion;
    insertion.statement = call;
    insertion.value =
        TREE_CODE(gimple_call_lhs(call)) == SSA_NAME ? gimple_call_lhs(call) : NULL_TREE;
    insertion.allocator = &allocator;
    insertion.claim = s_claim_site(planning->fun, typing, s_location(planning->fun, call));
    insertion.claim.deallocator = allocator.deallocator;
    if (allocator.is_annotated && insertion.claim.kind == MEMSCOPE_SITE_CALL)
        insertion.claim.kind = MEMSCOPE_SITE_FUNCTION;
    if (allocator.annotation.has_label && !insertion.claim.has_label) {
        insertion.claim.has_label = true;
        insertion.claim.label = allocator.annotation.label;
    }
    if (!s_is_wanted(insertion.claim))
        return;
    if (typing.elements.is_known) { /* the size is told in any case */
        insertion.claim.element_name = typing.elements.spelling;
        insertion.claim.element_size = typing.elements.size;
        insertion.claim.header_size = typing.elements.header;
    }
    planning->insertions.push_back(insertion);
    s_plan_moves(planning, typing);
}

/* CALL gives VALUE back. */
static ms_insertion s_release(const s_planning *planning, gcall *call, tree value) {
    ms_insertion insertion;
    insertion.statement = call;
    insertion.value = value;
    const ms_pointee *pointee = ms_types_pointee(TREE_TYPE(value));
    insertion.claim.type_name = pointee->spelling;
    insertion.claim.type_size = pointee->size;
    insertion.claim.kind = MEMSCOPE_SITE_RELEASE;
    insertion.claim.deallocator = ms_types_function_name(gimple_call_fndecl(call));
    insertion.claim.function = ms_types_function_name(planning->fun->decl);
    insertion.claim.location = s_location(planning->fun, call);
    return insertion;
}

/* CALL gives its argument NUMBER back. */
static void s_plan_release(s_planning *planning, gcall *call, unsigned number) {
    if (number > gimple_call_num_args(call))
        return;
    tree value = gimple_call_arg(call, number - 1);
    if (!POINTER_TYPE_P(TREE_TYPE(value)) || integer_zerop(value))
        return;
    ms_insertion insertion = s_release(planning, call, value);
    insertion.is_release = true;
    planning->insertions.push_back(insertion);
}

/* CALL may be one of free or realloc for a block that is not theirs. A deallocator is told of by
 * itself, and may do so. */
static void s_plan_free(s_planning *planning, gcall *call) {
    if (!gimple_call_builtin_p(call, BUILT_IN_FREE) &&
        !gimple_call_builtin_p(call, BUILT_IN_REALLOC))
        return;
    tree value = gimple_call_arg(call, 0);
    if (TREE_CODE(value) != SSA_NAME || !ms_allocator_is_guarded(value) ||
        ms_allocator_released(planning->fun->decl) != 0)
        return;
    ms_insertion insertion = s_release(planning, call, value);
    insertion.is_free = true;
    planning->insertions.push_back(insertion);
}

/* The function itself is a deallocator: who calls it through a pointer says nothing. */
static void s_plan_own_release(s_planning *planning) {
    tree decl = planning->fun->decl;
    unsigned number = ms_allocator_released(decl);
    tree p = DECL_ARGUMENTS(decl);
    for (unsigned i = 1; i < number && p != NULL_TREE; i++)
        p = DECL_CHAIN(p);
    if (number == 0 || p == NULL_TREE || !POINTER_TYPE_P(TREE_TYPE(p)))
        return;
    ms_insertion insertion;
    insertion.value = is_gimple_reg(p) ? get_or_create_ssa_default_def(planning->fun, p) : p;
    insertion.is_release = true;
    insertion.claim.location = DECL_SOURCE_LOCATION(decl);
    planning->insertions.push_back(insertion);
}

/* The function itself is an allocator: who calls it through a pointer says nothing. */
static void s_plan_own_return(s_planning *planning, greturn *statement) {
    tree value = gimple_return_retval(statement);
    if (value == NULL_TREE || TREE_CODE(value) != SSA_NAME || !POINTER_TYPE_P(TREE_TYPE(value)) ||
        ms_allocator_find(planning->fun->decl) == nullptr)
        return;
    ms_insertion insertion;
    insertion.statement = statement;
    insertion.value = value;
    insertion.is_returned = true;
    insertion.claim.location = s_location(planning->fun, statement);
    planning->insertions.push_back(insertion);
}

/* What ARGUMENT is the address of; NULL_TREE: not known. */
static tree s_addressed(tree argument) {
    if (TREE_CODE(argument) == SSA_NAME) {
        gimple *definition = SSA_NAME_DEF_STMT(argument);
        if (!gimple_assign_single_p(definition))
            return NULL_TREE;
        argument = gimple_assign_rhs1(definition);
    }
    return TREE_CODE(argument) == ADDR_EXPR ? TREE_OPERAND(argument, 0) : NULL_TREE;
}

/* A pointer whose address CALL gets. */
static void s_plan_out_parameter(s_planning *planning, gcall *call, unsigned index) {
    tree target = s_addressed(gimple_call_arg(call, index));
    if (target == NULL_TREE || !POINTER_TYPE_P(TREE_TYPE(target)))
        return;
    ms_place place = ms_place_of(target);
    bool is_typed = place.pointee != nullptr && !place.pointee->spelling.empty();
    bool is_annotated = place.annotation.present || (is_typed && place.pointee->annotation.present);
    ms_insertion insertion;
    insertion.statement = call;
    insertion.value = target;
    insertion.place = target;
    insertion.assign = s_assign_site(planning->fun, place, s_location(planning->fun, call));
    insertion.claim = insertion.assign;
    if (!is_annotated) {
        insertion.claim.kind = MEMSCOPE_SITE_CALL;
        insertion.claim.evidence = MEMSCOPE_EVIDENCE_LHS;
    }
    insertion.has_claim = (is_annotated || (is_typed && ms_arguments_given.track_all)) &&
                          ms_candidate_is_out_parameter(call, index) &&
                          s_is_wanted(insertion.claim);
    insertion.has_assign = place.annotation.present && s_is_wanted(insertion.assign);
    if (insertion.has_assign)
        s_plan_loss(&insertion, call, target);
    if (insertion.has_claim || insertion.has_assign)
        planning->insertions.push_back(insertion);
}

static bool s_is_atomic_load(const gcall *call) {
    if (!gimple_call_builtin_p(call, BUILT_IN_NORMAL))
        return false;
    built_in_function code = DECL_FUNCTION_CODE(gimple_call_fndecl(call));
    return code >= BUILT_IN_ATOMIC_LOAD && code <= BUILT_IN_ATOMIC_LOAD_16;
}

static void s_plan_out_parameters(s_planning *planning, gcall *call) {
    if (gimple_call_internal_p(call) || gimple_call_fntype(call) == NULL_TREE ||
        s_is_atomic_load(call) ||
        (gimple_call_flags(call) & (ECF_CONST | ECF_PURE | ECF_NORETURN | ECF_RETURNS_TWICE)) != 0)
        return;
    for (unsigned i = 0; i < gimple_call_num_args(call); i++)
        s_plan_out_parameter(planning, call, i);
}

/* A std::string that CALL may have given another block. */
static void s_plan_library_object(s_planning *planning, gcall *call) {
    tree pointer_type = NULL_TREE;
    tree object = ms_arguments_given.track_all && gimple_call_fntype(call) != NULL_TREE
                      ? ms_library_object_of(call, &pointer_type)
                      : NULL_TREE;
    if (object == NULL_TREE)
        return;
    tree target = s_addressed(object);
    ms_place place;
    if (target != NULL_TREE)
        place.name = ms_place_of(target).name;
    ms_insertion insertion;
    insertion.statement = call;
    insertion.value = ms_library_object_block(object, pointer_type);
    insertion.claim = s_site(planning->fun, place, ms_types_pointee(pointer_type),
                             s_location(planning->fun, call));
    insertion.claim.kind = MEMSCOPE_SITE_CALL;
    insertion.claim.evidence = MEMSCOPE_EVIDENCE_LHS;
    insertion.has_claim = s_is_wanted(insertion.claim);
    if (insertion.has_claim)
        planning->insertions.push_back(insertion);
}

bool ms_plan_only_moves(const gimple *statement) {
    return is_gimple_assign(statement) && gimple_assign_rhs_code(statement) == POINTER_PLUS_EXPR;
}

/* The pointer that STATEMENT stores; NULL_TREE: the result of a call that goes to memory. */
static tree s_stored(gimple *statement) {
    tree target = gimple_get_lhs(statement);
    if (gimple_assign_single_p(statement) &&
        (TREE_CODE(target) != SSA_NAME || is_gimple_min_invariant(gimple_assign_rhs1(statement))))
        return gimple_assign_rhs1(statement);
    return TREE_CODE(target) == SSA_NAME ? target : NULL_TREE;
}

/* Whether VALUE may be a block: neither NULL, nor the address of a variable, nor what alloca gave.
 */
static bool s_may_be_block(tree value) {
    while (value != NULL_TREE && TREE_CODE(value) == SSA_NAME) {
        gimple *definition = SSA_NAME_DEF_STMT(value);
        if (gimple_alloca_call_p(definition))
            return false;
        if (!gimple_assign_ssa_name_copy_p(definition) && !gimple_assign_unary_nop_p(definition))
            return true;
        value = gimple_assign_rhs1(definition);
    }
    return value == NULL_TREE;
}

static void s_plan_assignment(s_planning *planning, gimple *statement) {
    tree target = gimple_get_lhs(statement);
    if (target == NULL_TREE || !POINTER_TYPE_P(TREE_TYPE(target)) || gimple_clobber_p(statement) ||
        ms_plan_only_moves(statement))
        return;
    ms_place place = ms_place_of(target);
    if (!place.annotation.present)
        return;
    ms_insertion insertion;
    insertion.statement = statement;
    insertion.place = target;
    insertion.value = s_stored(statement);
    insertion.assign = s_assign_site(planning->fun, place, s_location(planning->fun, statement));
    insertion.has_assign = planning->told.count(statement) == 0 && s_may_be_block(insertion.value);
    if (planning->losses.count(statement) == 0)
        s_plan_loss(&insertion, statement, target);
    if ((insertion.has_assign || insertion.has_loss) && s_is_wanted(insertion.assign))
        planning->insertions.push_back(insertion);
}

/* A struct with annotated pointers that STATEMENT overwrites: the members of TARGET hold what those
 * of the other struct do. Those of an automatic variable hold nothing: it is not seen where it goes
 * out of scope. */
static void s_plan_copy(s_planning *planning, gimple *statement) {
    tree target = gimple_get_lhs(statement);
    if (target == NULL_TREE || gimple_clobber_p(statement))
        return;
    tree base = get_base_address(target);
    bool is_automatic = base != NULL_TREE && DECL_P(base) && !is_global_var(base);
    bool is_zero =
        gimple_assign_single_p(statement) && gimple_assign_rhs_code(statement) == CONSTRUCTOR;
    for (tree member : ms_copied_members(target)) {
        ms_insertion insertion;
        insertion.statement = statement;
        insertion.value = member;
        insertion.assign =
            s_assign_site(planning->fun, ms_place_of(member), s_location(planning->fun, statement));
        insertion.has_assign = !is_automatic && !is_zero;
        s_plan_loss(&insertion, statement, member);
        if ((insertion.has_assign || insertion.has_loss) && s_is_wanted(insertion.assign))
            planning->insertions.push_back(insertion);
    }
}

/* The value that a parameter has at entry: its default definition, if it lives in registers; one
 * that lives in memory is read there. */
static void s_plan_parameters(s_planning *planning) {
    tree decl = planning->fun->decl;
    for (tree p = DECL_ARGUMENTS(decl); p != NULL_TREE; p = DECL_CHAIN(p)) {
        if (!POINTER_TYPE_P(TREE_TYPE(p)) || !ms_place_of(p).annotation.present)
            continue;
        ms_insertion insertion;
        insertion.value = is_gimple_reg(p) ? get_or_create_ssa_default_def(planning->fun, p) : p;
        insertion.assign = s_assign_site(planning->fun, ms_place_of(p), DECL_SOURCE_LOCATION(p));
        insertion.has_assign = s_is_wanted(insertion.assign);
        if (insertion.has_assign)
            planning->insertions.push_back(insertion);
    }
}

std::vector<ms_insertion> ms_plan_function(function *fun) {
    s_planning planning;
    planning.fun = fun;
    if (ms_left_alone(fun->decl) || DECL_EXTERNAL(fun->decl))
        return planning.insertions;
    renumber_gimple_stmt_uids(fun);
    s_plan_own_release(&planning);
    bool has_annotations = ms_attribute_may_be_used();
    if (has_annotations)
        s_plan_parameters(&planning);
    basic_block block;
    FOR_EACH_BB_FN(block, fun) {
        for (gimple_stmt_iterator at = gsi_start_bb(block); !gsi_end_p(at); gsi_next(&at)) {
            gimple *statement = gsi_stmt(at);
            if (gcall *call = dyn_cast<gcall *>(statement)) {
                const ms_allocator *allocator = ms_allocator_find(gimple_call_fndecl(call));
                if (unsigned number = ms_allocator_released(gimple_call_fndecl(call)))
                    s_plan_release(&planning, call, number);
                else
                    s_plan_free(&planning, call);
                if (allocator != nullptr && gimple_call_lhs(call) != NULL_TREE)
                    s_plan_allocation(&planning, call, *allocator);
                else if (ms_candidate_is_call(call))
                    s_plan_block(&planning, call);
                else if (ms_candidate_is_refined(call))
                    s_plan_claim(&planning, call, ms_typing_refine(fun, call));
                s_plan_out_parameters(&planning, call);
                s_plan_library_object(&planning, call);
            } else if (ms_candidate_is_load(statement)) {
                s_plan_block(&planning, statement);
            } else if (greturn *last = dyn_cast<greturn *>(statement)) {
                s_plan_own_return(&planning, last);
            }
            if (has_annotations && (is_gimple_call(statement) || is_gimple_assign(statement)))
                s_plan_assignment(&planning, statement);
            if (is_gimple_call(statement) || gimple_assign_single_p(statement))
                s_plan_copy(&planning, statement);
        }
    }
    return planning.insertions;
}
