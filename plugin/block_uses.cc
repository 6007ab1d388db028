/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "block_uses.h"

/* One name that holds an address in the block. */
struct s_value {
    tree name;
    unsigned depth;
    bool is_known;        /* how far it is from the start */
    HOST_WIDE_INT offset; /* in bytes, if it is known */
    int parent;           /* the value it was made from; -1: the first */
    gimple *move;         /* the statement that has made it, if that adds an offset */
    uint64_t part;        /* the size of the member that it is the address of; 0: of none */
};

namespace {

struct s_walk {
    function *fun;
    std::vector<s_value> values;
    std::unordered_map<unsigned, size_t> seen;     /* SSA_NAME_VERSION -> value */
    std::vector<std::pair<size_t, s_value>> joins; /* more ways to a value than the first */
    std::vector<size_t> returns;                   /* the values that are returned */
    ms_block_uses uses;
};

} // namespace

/* The first member is at the start too: what is used there is the block if it is larger. */
static bool s_is_at_start(const s_value &value, const ms_pointee *used_as) {
    return value.is_known && value.offset == 0 &&
           (value.part == 0 || (used_as != nullptr && used_as->size > value.part));
}

static void s_note_use(s_walk *walk, const s_value &value, uint8_t evidence, unsigned order,
                       const ms_pointee *pointee, const ms_place &place) {
    bool at_start = s_is_at_start(value, pointee);
    uint64_t offset = value.is_known && value.offset > 0 ? (uint64_t)value.offset : 0;
    ms_use use = {evidence, at_start, offset, value.depth, order, pointee, place};
    if (!place.name.empty() && at_start)
        walk->uses.places.push_back(use);
    if (pointee != nullptr && !pointee->spelling.empty())
        walk->uses.typed.push_back(use);
}

static bool s_is_made_from(const s_walk *walk, int value, size_t ancestor) {
    while (value >= 0 && value != (int)ancestor)
        value = walk->values[value].parent;
    return value >= 0;
}

/* VALUE is one more holder of the block. The type of a variable is evidence; that of a temporary of
 * GCC's is none, since GCC drops casts between pointers. */
static void s_follow(s_walk *walk, const s_value &value, unsigned order) {
    if (TREE_CODE(value.name) != SSA_NAME || !POINTER_TYPE_P(TREE_TYPE(value.name)))
        return;
    auto [known, is_new] =
        walk->seen.try_emplace(SSA_NAME_VERSION(value.name), walk->values.size());
    if (!is_new) {
        if (!s_is_made_from(walk, value.parent, known->second)) /* else a loop */
            walk->joins.push_back({known->second, value});
        return;
    }
    walk->values.push_back(value);
    ms_place place = ms_place_of(value.name);
    if (place.kind != MEMSCOPE_SITE_UNKNOWN)
        s_note_use(walk, value, MEMSCOPE_EVIDENCE_LHS, order, place.pointee, place);
}

/* NAME, a copy of the value FROM. */
static s_value s_copy(const s_walk *walk, size_t from, tree name) {
    s_value value = walk->values[from];
    value.name = name;
    value.depth++;
    value.parent = (int)from;
    value.move = nullptr;
    return value;
}

/* What STATEMENT makes of the value FROM by adding OFFSET bytes. */
static s_value s_moved(const s_walk *walk, size_t from, gimple *statement, tree offset) {
    s_value value = s_copy(walk, from, gimple_assign_lhs(statement));
    if (TREE_CODE(offset) == INTEGER_CST)
        value.offset += (HOST_WIDE_INT)TREE_INT_CST_LOW(offset);
    else
        value.is_known = false;
    if (!integer_zerop(offset))
        value.move = statement;
    return value;
}

static bool s_is_in_union(const_tree reference) {
    for (; handled_component_p(reference); reference = TREE_OPERAND(reference, 0))
        if (TREE_CODE(reference) != COMPONENT_REF ||
            TREE_CODE(TREE_TYPE(TREE_OPERAND(reference, 0))) != UNION_TYPE)
            return false;
    return true;
}

/* q = &p->member: a union's member is the block itself; an array at the end of a header is what the
 * caller of a wrapper gets. */
static void s_use_as_member(s_walk *walk, size_t from, gassign *assign) {
    tree reference = TREE_OPERAND(gimple_assign_rhs1(assign), 0);
    poly_int64 offset;
    tree base = get_addr_base_and_unit_offset(reference, &offset);
    if (base == NULL_TREE || TREE_CODE(base) != MEM_REF ||
        TREE_OPERAND(base, 0) != walk->values[from].name || !offset.is_constant())
        return;
    HOST_WIDE_INT bytes =
        offset.to_constant() + (HOST_WIDE_INT)TREE_INT_CST_LOW(TREE_OPERAND(base, 1));
    s_value value = s_moved(walk, from, assign, build_int_cst(sizetype, bytes));
    tree type = TREE_TYPE(reference);
    bool is_array = TREE_CODE(type) == ARRAY_TYPE || TREE_CODE(reference) == ARRAY_REF;
    if (!s_is_in_union(reference) && !(is_array && bytes != 0))
        value.part = MAX((uint64_t)1, ms_types_of_object(type)->size);
    s_follow(walk, value, gimple_uid(assign));
}

/* `b = p->a = f()` is `p->a = t; b = p->a`: what is read back right behind the store. */
static void s_follow_read_back(s_walk *walk, size_t from, gassign *store) {
    gimple_stmt_iterator at = gsi_for_stmt(store);
    for (gsi_next(&at); !gsi_end_p(at) && gimple_vdef(gsi_stmt(at)) == NULL_TREE; gsi_next(&at)) {
        gassign *load = dyn_cast<gassign *>(gsi_stmt(at));
        if (load != nullptr && gimple_assign_load_p(load) &&
            operand_equal_p(gimple_assign_rhs1(load), gimple_assign_lhs(store), 0))
            s_follow(walk, s_copy(walk, from, gimple_assign_lhs(load)), gimple_uid(load));
    }
}

static void s_use_in_assignment(s_walk *walk, size_t from, gassign *assign) {
    tree target = gimple_assign_lhs(assign), source = gimple_assign_rhs1(assign);
    unsigned order = gimple_uid(assign);
    tree_code code = gimple_assign_rhs_code(assign);
    if (code == ADDR_EXPR)
        s_use_as_member(walk, from, assign);
    if (source != walk->values[from].name)
        return;
    if (code == POINTER_PLUS_EXPR) {
        s_follow(walk, s_moved(walk, from, assign, gimple_assign_rhs2(assign)), order);
    } else if (gimple_assign_single_p(assign) || CONVERT_EXPR_CODE_P(code)) {
        if (TREE_CODE(target) == SSA_NAME) {
            s_follow(walk, s_copy(walk, from, target), order);
        } else if (POINTER_TYPE_P(TREE_TYPE(target))) {
            ms_place place = ms_place_of(target);
            s_note_use(walk, s_copy(walk, from, source), MEMSCOPE_EVIDENCE_LHS, order,
                       place.pointee, place);
            s_follow_read_back(walk, from, assign);
        }
    }
}

/* Accesses through the pointer: *p, p->member, &p->member. */
static void s_use_as_address(s_walk *walk, size_t from, gimple *statement) {
    for (unsigned i = 0; i < gimple_num_ops(statement); i++) {
        tree operand = gimple_op(statement, i);
        if (operand == NULL_TREE)
            continue;
        if (TREE_CODE(operand) == ADDR_EXPR)
            operand = TREE_OPERAND(operand, 0);
        while (handled_component_p(operand))
            operand = TREE_OPERAND(operand, 0);
        if (TREE_CODE(operand) != MEM_REF || TREE_OPERAND(operand, 0) != walk->values[from].name)
            continue;
        s_value at = walk->values[from];
        at.offset += (HOST_WIDE_INT)TREE_INT_CST_LOW(TREE_OPERAND(operand, 1));
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

static void s_use_in_call(s_walk *walk, size_t from, gcall *call) {
    if (gimple_call_internal_p(call) || gimple_call_fntype(call) == NULL_TREE)
        return;
    s_value value = walk->values[from];
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
            s_follow(walk, s_copy(walk, from, result), gimple_uid(call));
    }
}

/* The statements between the call and VALUE that add offsets, on all ways. Each join is followed
 * once. */
static void s_find_moves(const s_walk *walk, const s_value &value, std::vector<bool> *followed,
                         std::vector<ms_move> *moves) {
    const s_value *at = &value;
    while (at->parent >= 0) {
        size_t parent = (size_t)at->parent;
        if (at->move != nullptr)
            moves->push_back({at->move, walk->values[parent].name, at->name});
        for (size_t i = 0; i < walk->joins.size(); i++) {
            if (walk->joins[i].second.name != at->name || (*followed)[i])
                continue;
            (*followed)[i] = true;
            s_find_moves(walk, walk->joins[i].second, followed, moves);
        }
        at = &walk->values[parent];
    }
}

static void s_hand_on(s_walk *walk, const s_value &value, const ms_pointee *result) {
    std::vector<bool> followed(walk->joins.size());
    std::vector<ms_move> moves;
    s_find_moves(walk, value, &followed, &moves);
    bool is_back = value.is_known && value.offset == 0 && walk->joins.empty();
    bool is_moved = !moves.empty() && !is_back, untyped = result->spelling.empty();
    walk->uses.handing_on.untyped |= untyped || (result->weak && is_moved);
    walk->uses.handing_on.typed |= !untyped && (result->weak || !is_moved);
    if (is_moved && (untyped || result->weak))
        walk->uses.handing_on.moves = moves;
}

static void s_use_in_return(s_walk *walk, size_t from, gimple *statement) {
    s_value value = walk->values[from];
    const ms_pointee *pointee = ms_types_of_result(TREE_TYPE(walk->fun->decl));
    if (pointee == nullptr)
        return;
    s_note_use(walk, value, MEMSCOPE_EVIDENCE_RETURN, gimple_uid(statement), pointee, ms_place());
    if (value.part == 0)
        walk->returns.push_back(from);
}

static void s_visit(s_walk *walk, size_t index) {
    imm_use_iterator iterator;
    use_operand_p use;
    FOR_EACH_IMM_USE_FAST(use, iterator, walk->values[index].name) {
        gimple *statement = USE_STMT(use);
        if (is_gimple_debug(statement))
            continue;
        if (gphi *phi = dyn_cast<gphi *>(statement)) {
            gimple *first = first_stmt(gimple_bb(phi));
            s_follow(walk, s_copy(walk, index, gimple_phi_result(phi)),
                     first != nullptr ? gimple_uid(first) : 0);
            continue;
        }
        s_use_as_address(walk, index, statement);
        if (gassign *assign = dyn_cast<gassign *>(statement))
            s_use_in_assignment(walk, index, assign);
        else if (gcall *call = dyn_cast<gcall *>(statement))
            s_use_in_call(walk, index, call);
        else if (gimple_code(statement) == GIMPLE_RETURN)
            s_use_in_return(walk, index, statement);
    }
}

ms_block_uses ms_block_uses_find(function *fun, gimple *statement) {
    s_walk walk;
    walk.fun = fun;
    s_value first = {gimple_get_lhs(statement), 0, true, 0, -1, nullptr, 0};
    s_follow(&walk, first, gimple_uid(statement));
    tree function_type = is_gimple_call(statement) ? gimple_call_fntype(statement) : NULL_TREE;
    if (function_type != NULL_TREE)
        s_note_use(&walk, first, MEMSCOPE_EVIDENCE_RETURN, gimple_uid(statement),
                   ms_types_of_result(function_type), ms_place());
    for (size_t i = 0; i < walk.values.size(); i++)
        s_visit(&walk, i);
    for (size_t returned : walk.returns)
        s_hand_on(&walk, walk.values[returned], ms_types_of_result(TREE_TYPE(fun->decl)));
    return walk.uses;
}
