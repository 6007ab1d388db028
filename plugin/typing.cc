/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "typing.h"

/* How good a typed use is; less is better. What lies at an offset in the block counts less than
 * what is at its start, bytes and single numbers count less than a struct. */
enum s_class { S_EXACT, S_BYTES_IN_VARIABLE, S_BEHIND_OFFSET, S_HINT };

struct s_use {
    s_class use_class;
    uint8_t evidence;
    unsigned depth; /* copies between the call and the use */
    unsigned order; /* of the statement in the function */
    const ms_pointee *pointee;
    ms_place place;
};

static bool s_is_better(const s_use &a, const s_use &b) {
    return std::tie(a.use_class, a.evidence, a.depth, a.order) <
           std::tie(b.use_class, b.evidence, b.depth, b.order);
}

/* One name that holds the block, or an address inside it. */
struct s_value {
    tree name;
    unsigned depth;
    bool has_offset;
};

struct s_walk {
    function *fun;
    gimple *origin; /* the call, or the load */
    std::vector<s_value> values;
    std::unordered_set<unsigned> seen; /* SSA_NAME_VERSION */
    std::vector<s_use> uses;
    std::vector<s_use> places; /* named or annotated places, typed or not */
    bool returned_untyped = false;
};

static void s_note_use(s_walk *walk, const s_value &value, uint8_t evidence, unsigned order,
                       const ms_pointee *pointee, const ms_place &place) {
    s_use use = {S_EXACT, evidence, value.depth, order, pointee, place};
    if (!place.name.empty() && !value.has_offset)
        walk->places.push_back(use);
    if (pointee == nullptr || pointee->spelling.empty())
        return;
    bool is_hint = pointee->weak || (evidence == MEMSCOPE_EVIDENCE_FIRST_USE && pointee->scalar);
    if (is_hint)
        use.use_class =
            evidence == MEMSCOPE_EVIDENCE_LHS && !value.has_offset ? S_BYTES_IN_VARIABLE : S_HINT;
    else if (value.has_offset)
        use.use_class = S_BEHIND_OFFSET;
    walk->uses.push_back(use);
}

/* NAME is one more holder of the block. The type of a variable is evidence; that of a temporary of
 * GCC's is none, since GCC drops casts between pointers. */
static void s_follow(s_walk *walk, tree name, unsigned depth, bool has_offset, unsigned order) {
    if (TREE_CODE(name) != SSA_NAME || !POINTER_TYPE_P(TREE_TYPE(name)) ||
        !walk->seen.insert(SSA_NAME_VERSION(name)).second)
        return;
    s_value value = {name, depth, has_offset};
    walk->values.push_back(value);
    ms_place place = ms_place_of(name);
    if (place.kind != MEMSCOPE_SITE_UNKNOWN)
        s_note_use(walk, value, MEMSCOPE_EVIDENCE_LHS, order, place.pointee, place);
}

static void s_use_in_assignment(s_walk *walk, const s_value &value, gassign *assign) {
    tree target = gimple_assign_lhs(assign);
    unsigned order = gimple_uid(assign);
    tree_code code = gimple_assign_rhs_code(assign);
    bool is_moved = gimple_assign_rhs1(assign) == value.name;
    if (is_moved && (gimple_assign_single_p(assign) || CONVERT_EXPR_CODE_P(code))) {
        if (TREE_CODE(target) == SSA_NAME) {
            s_follow(walk, target, value.depth + 1, value.has_offset, order);
        } else if (POINTER_TYPE_P(TREE_TYPE(target))) {
            ms_place place = ms_place_of(target);
            s_note_use(walk, value, MEMSCOPE_EVIDENCE_LHS, order, place.pointee, place);
        }
    } else if (is_moved && code == POINTER_PLUS_EXPR) {
        bool moves = !integer_zerop(gimple_assign_rhs2(assign));
        s_follow(walk, target, value.depth + 1, value.has_offset || moves, order);
    }
}

/* Accesses through the pointer: *p, p->member, &p->member. */
static void s_use_as_address(s_walk *walk, const s_value &value, gimple *statement) {
    for (unsigned i = 0; i < gimple_num_ops(statement); i++) {
        tree operand = gimple_op(statement, i);
        if (operand == NULL_TREE)
            continue;
        if (TREE_CODE(operand) == ADDR_EXPR)
            operand = TREE_OPERAND(operand, 0);
        while (handled_component_p(operand))
            operand = TREE_OPERAND(operand, 0);
        if (TREE_CODE(operand) != MEM_REF || TREE_OPERAND(operand, 0) != value.name)
            continue;
        s_value at = value;
        at.has_offset = value.has_offset || !integer_zerop(TREE_OPERAND(operand, 1));
        s_note_use(walk, at, MEMSCOPE_EVIDENCE_FIRST_USE, gimple_uid(statement),
                   ms_types_of_object(TREE_TYPE(operand)), ms_place());
    }
}

/* Whether CALL's result is its argument INDEX: memset, __builtin_assume_aligned. */
static bool s_returns_argument(const gcall *call, unsigned index) {
    if (gimple_call_builtin_p(call, BUILT_IN_ASSUME_ALIGNED))
        return index == 0;
    int flags = gimple_call_return_flags(call);
    return (flags & ERF_RETURNS_ARG) != 0 && (flags & ERF_RETURN_ARG_MASK) == (int)index;
}

static void s_use_in_call(s_walk *walk, const s_value &value, gcall *call) {
    if (gimple_call_internal_p(call) || gimple_call_fntype(call) == NULL_TREE)
        return;
    tree callee = gimple_call_fndecl(call);
    tree result = gimple_call_lhs(call);
    /* A constructor of C++ tells what `new` was written with, better than a pointer to a base. */
    uint8_t evidence = callee != NULL_TREE && DECL_CXX_CONSTRUCTOR_P(callee)
                           ? MEMSCOPE_EVIDENCE_CAST
                           : MEMSCOPE_EVIDENCE_ARGUMENT;
    for (unsigned i = 0; i < gimple_call_num_args(call); i++) {
        if (gimple_call_arg(call, i) != value.name)
            continue;
        s_note_use(walk, value, evidence, gimple_uid(call),
                   ms_types_of_parameter(gimple_call_fntype(call), i), ms_place());
        if (result != NULL_TREE && s_returns_argument(call, i))
            s_follow(walk, result, value.depth + 1, value.has_offset, gimple_uid(call));
    }
}

static void s_use_in_return(s_walk *walk, const s_value &value, gimple *statement) {
    const ms_pointee *pointee = ms_types_of_result(TREE_TYPE(walk->fun->decl));
    if (pointee == nullptr)
        return;
    if (pointee->spelling.empty())
        walk->returned_untyped = true;
    s_note_use(walk, value, MEMSCOPE_EVIDENCE_RETURN, gimple_uid(statement), pointee, ms_place());
}

static void s_visit(s_walk *walk, const s_value &value) {
    imm_use_iterator iterator;
    use_operand_p use;
    FOR_EACH_IMM_USE_FAST(use, iterator, value.name) {
        gimple *statement = USE_STMT(use);
        if (is_gimple_debug(statement))
            continue;
        if (gphi *phi = dyn_cast<gphi *>(statement)) {
            basic_block block = gimple_bb(phi);
            gimple *first = first_stmt(block);
            s_follow(walk, gimple_phi_result(phi), value.depth + 1, value.has_offset,
                     first != nullptr ? gimple_uid(first) : 0);
            continue;
        }
        s_use_as_address(walk, value, statement);
        if (gassign *assign = dyn_cast<gassign *>(statement))
            s_use_in_assignment(walk, value, assign);
        else if (gcall *call = dyn_cast<gcall *>(statement))
            s_use_in_call(walk, value, call);
        else if (gimple_code(statement) == GIMPLE_RETURN)
            s_use_in_return(walk, value, statement);
    }
}

/* ---- what the uses say together ---- */

static const s_use *s_best(const std::vector<s_use> &uses) {
    auto best = std::min_element(uses.begin(), uses.end(), s_is_better);
    return best == uses.end() ? nullptr : &*best;
}

static const s_use *s_annotated_place(const s_walk &walk) {
    const s_use *found = nullptr;
    for (const s_use &use : walk.places)
        if (use.place.annotation.present && (found == nullptr || s_is_better(use, *found)))
            found = &use;
    return found;
}

/* Whether ORIGIN is a call that asks for just SIZE bytes: malloc(SIZE), calloc(1, SIZE). */
static bool s_asks_for(gimple *origin, uint64_t size) {
    const gcall *call = dyn_cast<gcall *>(origin);
    if (call == nullptr)
        return false;
    for (unsigned i = 0; i < gimple_call_num_args(call); i++) {
        tree argument = gimple_call_arg(call, i);
        if (size != 0 && tree_fits_uhwi_p(argument) && tree_to_uhwi(argument) == size)
            return true;
    }
    return false;
}

static bool s_belongs_to_caller(const s_walk &walk, const s_use &best) {
    if (!walk.returned_untyped)
        return false;
    return best.use_class != S_EXACT || best.pointee->scalar ||
           !s_asks_for(walk.origin, best.pointee->size);
}

/* The statement that takes ORIGIN's result straight into the annotated place, if there is one. */
static gimple *s_direct_store(gimple *origin) {
    tree result = gimple_get_lhs(origin);
    if (ms_place_of(result).annotation.present)
        return origin;
    use_operand_p use;
    gimple *statement;
    if (SSA_NAME_VAR(result) != NULL_TREE && !DECL_ARTIFICIAL(SSA_NAME_VAR(result)))
        return nullptr;
    if (!single_imm_use(result, &use, &statement) || !gimple_assign_single_p(statement) ||
        gimple_bb(statement) != gimple_bb(origin) || gimple_assign_rhs1(statement) != result)
        return nullptr;
    return ms_place_of(gimple_assign_lhs(statement)).annotation.present ? statement : nullptr;
}

static ms_typing s_conclude(const s_walk &walk) {
    ms_typing typing;
    const s_use *declared = s_annotated_place(walk);
    const s_use *best = s_best(walk.uses);
    if (declared != nullptr) {
        typing.place = declared->place;
        typing.is_annotated = true;
        typing.direct_store = s_direct_store(walk.origin);
        if (declared->pointee != nullptr && !declared->pointee->spelling.empty()) {
            typing.pointee = declared->pointee;
            typing.evidence = MEMSCOPE_EVIDENCE_DECLARED;
            return typing;
        }
    }
    if (best == nullptr || (declared == nullptr && s_belongs_to_caller(walk, *best)))
        return typing;
    typing.pointee = best->pointee;
    typing.evidence = best->evidence;
    if (best->pointee->annotation.present) {
        typing.is_annotated = true;
        typing.evidence = MEMSCOPE_EVIDENCE_DECLARED;
    }
    if (declared == nullptr) {
        typing.place = best->place;
        if (typing.place.name.empty() && !walk.places.empty())
            typing.place = s_best(walk.places)->place;
        if (best->pointee->annotation.has_label && !typing.place.annotation.has_label) {
            typing.place.annotation.has_label = true;
            typing.place.annotation.label = best->pointee->annotation.label;
        }
    }
    return typing;
}

ms_typing ms_typing_find(function *fun, gimple *statement) {
    s_walk walk;
    walk.fun = fun;
    walk.origin = statement;
    tree result = gimple_get_lhs(statement);
    s_follow(&walk, result, 0, false, gimple_uid(statement));
    tree function_type = is_gimple_call(statement) ? gimple_call_fntype(statement) : NULL_TREE;
    if (function_type != NULL_TREE)
        s_note_use(&walk, {result, 0, false}, MEMSCOPE_EVIDENCE_RETURN, gimple_uid(statement),
                   ms_types_of_result(function_type), ms_place());
    for (size_t i = 0; i < walk.values.size(); i++)
        s_visit(&walk, s_value(walk.values[i]));
    return s_conclude(walk);
}
