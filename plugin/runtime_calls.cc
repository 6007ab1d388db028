/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime_calls.h"

#include "gc_root.h"

/* ---- declarations ---- */

static tree s_add_attribute(tree attributes, const char *name, tree value) {
    return tree_cons(get_identifier(name), value, attributes);
}

tree ms_calls_declare(ms_root root, const char *name, tree type, bool is_cold) {
    tree &decl = ms_gc_root(root);
    if (decl != NULL_TREE)
        return decl;
    /* ".c": nothing is known of the result, and no memory of the program is read or written; "X ":
     * the parameter is not read and does not escape. GCC looks for it on the type alone. */
    std::string specification = ".c";
    for (tree p = TYPE_ARG_TYPES(type); !VOID_TYPE_P(TREE_VALUE(p)); p = TREE_CHAIN(p))
        specification += "X ";
    tree text = build_string(specification.size(), specification.c_str());
    type = build_type_attribute_variant(
        type, s_add_attribute(NULL_TREE, "fn spec", tree_cons(NULL_TREE, text, NULL)));
    decl = build_fn_decl(name, type);
    TREE_NOTHROW(decl) = 1;
    DECL_ARTIFICIAL(decl) = 1;
    tree attributes = s_add_attribute(NULL_TREE, "leaf", NULL_TREE);
    if (is_cold)
        attributes = s_add_attribute(attributes, "cold", NULL_TREE);
    DECL_ATTRIBUTES(decl) = attributes;
    return decl;
}

/* void NAME(const void *, void *...), COUNT parameters, the third of type THIRD. They are no const
 * pointers to the block, though the runtime's are: GCC warns about uninitialized memory that is
 * passed to a const pointer. */
static tree s_declare_function(ms_root root, const char *name, unsigned count, bool is_cold,
                               tree third = ptr_type_node) {
    tree parameters[] = {const_ptr_type_node, ptr_type_node, third, ptr_type_node};
    tree type = build_function_type_array(void_type_node, count, parameters);
    return ms_calls_declare(root, name, type, is_cold);
}

/* void __memscope_allocated(const void *, void *, uint64_t, void *) */
static tree s_declare_allocated(void) {
    tree type = build_function_type_list(void_type_node, const_ptr_type_node, ptr_type_node,
                                         uint64_type_node, ptr_type_node, NULL_TREE);
    return ms_calls_declare(MS_ROOT_ALLOCATED, "__memscope_allocated", type, false);
}

static tree s_declare_fresh_block(void) {
    tree &decl = ms_gc_root(MS_ROOT_FRESH_BLOCK);
    if (decl != NULL_TREE)
        return decl;
    tree type = build_qualified_type(ptr_type_node, TYPE_QUAL_VOLATILE);
    decl = build_decl(UNKNOWN_LOCATION, VAR_DECL, get_identifier("__memscope_fresh_block"), type);
    DECL_EXTERNAL(decl) = 1;
    TREE_PUBLIC(decl) = 1;
    TREE_THIS_VOLATILE(decl) = 1;
    TREE_SIDE_EFFECTS(decl) = 1;
    TREE_USED(decl) = 1;
    DECL_ARTIFICIAL(decl) = 1;
    DECL_IGNORED_P(decl) = 1;
    varpool_node::get_create(decl);
    set_decl_tls_model(decl, TLS_MODEL_INITIAL_EXEC);
    return decl;
}

/* ---- places ---- */

bool ms_calls_point_behind(gimple *statement, ms_insert_point *out) {
    out->is_start = false;
    out->block = gimple_bb(statement);
    out->at = gsi_for_stmt(statement);
    if (!stmt_ends_bb_p(statement))
        return true;
    edge way = find_fallthru_edge(gimple_bb(statement)->succs);
    if (way == nullptr || (way->flags & EDGE_COMPLEX) != 0)
        return false;
    out->block = split_edge(way);
    out->is_start = true;
    return true;
}

ms_insert_point ms_calls_point_at_entry(function *fun) {
    ms_insert_point point = {};
    point.block = split_edge(single_succ_edge(ENTRY_BLOCK_PTR_FOR_FN(fun)));
    point.is_start = true;
    return point;
}

/* ---- statements ---- */

/* What we look at is the program's business, and it has been warned about that. */
void ms_calls_prepare(gimple *statement, location_t location) {
    gimple_set_location(statement, location);
    for (int warning : ms_quiet_warnings)
        suppress_warning(statement, (opt_code)warning);
}

void ms_calls_put_before(gimple_stmt_iterator *at, gimple *statement, location_t location) {
    ms_calls_prepare(statement, location);
    gsi_insert_before(at, statement, GSI_SAME_STMT);
}

void ms_calls_put(ms_insert_point *point, gimple *statement, location_t location) {
    ms_calls_prepare(statement, location);
    if (point->is_start) {
        point->at = gsi_start_bb(point->block);
        gsi_insert_before(&point->at, statement, GSI_NEW_STMT);
    } else {
        gsi_insert_after(&point->at, statement, GSI_NEW_STMT);
    }
    point->is_start = false;
}

static tree s_claim_function(void) {
    return s_declare_function(MS_ROOT_CLAIM_BLOCK, "__memscope_claim_block", 2, true);
}

static tree s_assign_function(void) {
    return s_declare_function(MS_ROOT_ASSIGN_BLOCK, "__memscope_assign_block", 3, false);
}

static tree s_lose_function(void) {
    return s_declare_function(MS_ROOT_LOSE_BLOCK, "__memscope_lose_block", 4, false);
}

bool ms_calls_is_loss(const gimple *statement) {
    tree callee = is_gimple_call(statement) ? gimple_call_fndecl(statement) : NULL_TREE;
    return callee != NULL_TREE && callee == ms_gc_root(MS_ROOT_LOSE_BLOCK);
}

tree ms_calls_lose_early(tree site, tree old_value, tree value, tree place) {
    tree call = build_call_expr(s_lose_function(), 4, site, old_value, value, place);
    suppress_warning(call);
    return call;
}

static gcall *s_call_assign(tree site, tree value, tree place) {
    return gimple_build_call(s_assign_function(), 3, site, value, place);
}

static ms_insert_point s_start(basic_block block) {
    ms_insert_point start = {};
    start.block = block;
    start.is_start = true;
    return start;
}

static void s_fill_block(basic_block block, gcall *call, location_t location) {
    ms_insert_point start = s_start(block);
    ms_calls_put(&start, call, location);
}

/* An empty block on the way from FROM to JOIN. */
static basic_block s_branch(basic_block from, basic_block join, int flag) {
    basic_block block = create_empty_bb(from);
    add_bb_to_loop(block, from->loop_father);
    make_edge(from, block, flag);
    make_single_succ_edge(block, join, EDGE_FALLTHRU);
    return block;
}

/* Puts `if (value == __memscope_fresh_block)` at POINT: the way on when it is not, with its block
 * in front. */
static edge s_test(ms_insert_point point, tree value, location_t location) {
    tree fresh = make_ssa_name(ptr_type_node);
    gimple *load = gimple_build_assign(fresh, s_declare_fresh_block());
    ms_calls_put(&point, load, location);
    edge rest = split_block(gimple_bb(load), load);
    gcond *condition = gimple_build_cond(EQ_EXPR, value, fresh, NULL_TREE, NULL_TREE);
    gimple_set_location(condition, location);
    gimple_stmt_iterator end = gsi_last_bb(rest->src);
    gsi_insert_after(&end, condition, GSI_NEW_STMT);
    return rest;
}

static void s_end_test(edge rest) {
    rest->flags = (rest->flags & ~EDGE_FALLTHRU) | EDGE_FALSE_VALUE;
}

void ms_calls_claim(ms_insert_point point, tree claim_site, tree assign_site, tree value,
                    tree place, location_t location) {
    edge rest = s_test(point, value, location);
    basic_block test = rest->src, join = rest->dest;

    s_fill_block(s_branch(test, join, EDGE_TRUE_VALUE),
                 gimple_build_call(s_claim_function(), 2, claim_site, value), location);
    if (assign_site == NULL_TREE) {
        s_end_test(rest);
        return;
    }
    remove_edge(rest);
    s_fill_block(s_branch(test, join, EDGE_FALSE_VALUE), s_call_assign(assign_site, value, place),
                 location);
}

void ms_calls_assign(ms_insert_point point, tree site, tree value, tree place,
                     location_t location) {
    ms_calls_put(&point, s_call_assign(site, value, place), location);
}

void ms_calls_lose(ms_insert_point *point, tree site, tree old_value, tree value, tree place,
                   location_t location) {
    gcall *call = gimple_build_call(s_lose_function(), 4, site, old_value, value, place);
    ms_calls_put(point, call, location);
}

/* VALUE, a number, as a size_t at POINT. */
static tree s_size(ms_insert_point *point, tree value, location_t location) {
    if (CONSTANT_CLASS_P(value))
        return fold_convert(size_type_node, value);
    tree size = make_ssa_name(size_type_node);
    ms_calls_put(point, gimple_build_assign(size, NOP_EXPR, value), location);
    return size;
}

static tree s_product(ms_insert_point *point, tree a, tree b, location_t location) {
    tree product = make_ssa_name(size_type_node);
    ms_calls_put(point, gimple_build_assign(product, MULT_EXPR, a, b), location);
    return product;
}

void ms_calls_claim_elements(ms_insert_point point, tree site, tree value, tree bytes, tree count,
                             location_t location) {
    edge rest = s_test(point, value, location);
    ms_insert_point start = s_start(s_branch(rest->src, rest->dest, EDGE_TRUE_VALUE));
    tree size = s_size(&start, bytes, location);
    if (count != NULL_TREE)
        size = s_product(&start, size, s_size(&start, count, location), location);
    tree function = s_declare_function(MS_ROOT_CLAIM_ELEMENTS, "__memscope_claim_elements", 3, true,
                                       size_type_node);
    ms_calls_put(&start, gimple_build_call(function, 3, site, value, size), location);
    s_end_test(rest);
}

void ms_calls_move(ms_insert_point point, tree from, tree moved, location_t location) {
    edge rest = s_test(point, from, location);
    tree function = s_declare_function(MS_ROOT_MOVE_BLOCK, "__memscope_move_block", 2, true);
    s_fill_block(s_branch(rest->src, rest->dest, EDGE_TRUE_VALUE),
                 gimple_build_call(function, 2, from, moved), location);
    s_end_test(rest);
}

/* ---- places of memory ---- */

/* What gimple takes as an argument for VALUE, computed at POINT. */
static tree s_operand(ms_insert_point *point, tree value, location_t location) {
    gimple_seq statements = nullptr;
    tree operand = force_gimple_operand(value, &statements, true, NULL_TREE);
    while (!gimple_seq_empty_p(statements)) {
        gimple_stmt_iterator first = gsi_start(statements);
        gimple *statement = gsi_stmt(first);
        gsi_remove(&first, false);
        ms_calls_put(point, statement, location);
    }
    return operand;
}

tree ms_calls_address(ms_insert_point *point, tree reference, location_t location) {
    if (reference == NULL_TREE || TREE_CODE(reference) == SSA_NAME || DECL_P(reference) ||
        !ADDR_SPACE_GENERIC_P(TYPE_ADDR_SPACE(TREE_TYPE(reference))))
        return null_pointer_node;
    tree base = get_base_address(reference);
    if (base == NULL_TREE || (DECL_P(base) && is_gimple_reg(base)) ||
        (VAR_P(base) && DECL_HARD_REGISTER(base)))
        return null_pointer_node;
    if (DECL_P(base))
        mark_addressable(base);
    tree address = build_fold_addr_expr_with_type(unshare_expr(reference), ptr_type_node);
    return s_operand(point, address, location);
}

/* VALUE, a number of any type, as 64 bits. */
static tree s_widen(ms_insert_point *point, tree value, location_t location) {
    if (TREE_CODE(value) != SSA_NAME)
        return fold_convert(uint64_type_node, value);
    tree wide = make_ssa_name(uint64_type_node);
    ms_calls_put(point, gimple_build_assign(wide, NOP_EXPR, value), location);
    return wide;
}

void ms_calls_allocated(ms_insert_point point, tree site, tree value, const ms_bytes &bytes,
                        tree pool, location_t location) {
    tree total = build_int_cst(uint64_type_node, bytes.known);
    if (bytes.size != NULL_TREE)
        total = s_widen(&point, bytes.size, location);
    if (bytes.count != NULL_TREE) {
        tree count = s_widen(&point, bytes.count, location);
        tree product = make_ssa_name(uint64_type_node);
        ms_calls_put(&point, gimple_build_assign(product, MULT_EXPR, total, count), location);
        total = product;
    }
    if (pool == NULL_TREE)
        pool = null_pointer_node;
    ms_calls_put(&point, gimple_build_call(s_declare_allocated(), 4, site, value, total, pool),
                 location);
}

static gcall *s_released(tree site, tree value) {
    if (site == NULL_TREE)
        site = null_pointer_node;
    tree function = s_declare_function(MS_ROOT_RELEASED, "__memscope_released", 2, false);
    return gimple_build_call(function, 2, site, value);
}

static void s_put_in_front(gimple *statement, gcall *call, location_t location) {
    gimple_stmt_iterator at = gsi_for_stmt(statement);
    ms_calls_put_before(&at, call, location);
}

void ms_calls_released(gimple *statement, tree site, tree value, location_t location) {
    s_put_in_front(statement, s_released(site, value), location);
}

void ms_calls_freed(gimple *statement, tree site, tree value, location_t location) {
    tree function = s_declare_function(MS_ROOT_FREED, "__memscope_freed", 2, false);
    s_put_in_front(statement, gimple_build_call(function, 2, site, value), location);
}

void ms_calls_returned(gimple *statement, tree value, location_t location) {
    gcall *call = gimple_build_call(s_declare_allocated(), 4, null_pointer_node, value,
                                    build_zero_cst(uint64_type_node), null_pointer_node);
    s_put_in_front(statement, call, location);
}

void ms_calls_released_at(ms_insert_point point, tree value, location_t location) {
    ms_calls_put(&point, s_released(NULL_TREE, value), location);
}
