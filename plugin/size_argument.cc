/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "size_argument.h"

#define MAX_DEPTH 8

/* ---- one value ---- */

static ms_affine s_unknown(void) {
    ms_affine any;
    any.factor = 1;
    return any;
}

static uint64_t s_gcd(uint64_t a, uint64_t b) {
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static ms_affine s_sum(const ms_affine &a, const ms_affine &b, int sign) {
    ms_affine sum;
    if (__builtin_mul_overflow(b.constant, (HOST_WIDE_INT)sign, &sum.constant) ||
        __builtin_add_overflow(a.constant, sum.constant, &sum.constant))
        return s_unknown();
    sum.factor = s_gcd(a.factor, b.factor);
    return sum;
}

/* (a + b n) (c + d m) is known when one is a constant or both are multiples. */
static ms_affine s_product(const ms_affine &a, const ms_affine &b) {
    if (a.factor != 0 && b.factor == 0)
        return s_product(b, a);
    ms_affine product;
    uint64_t scale = a.factor == 0 ? (uint64_t)a.constant : a.factor;
    bool is_multiple = a.factor == 0 ? a.constant >= 0 : a.constant == 0 && b.constant == 0;
    if (!is_multiple || __builtin_mul_overflow(scale, b.factor, &product.factor) ||
        __builtin_mul_overflow((HOST_WIDE_INT)scale, b.constant, &product.constant))
        return s_unknown();
    return product;
}

static ms_affine s_affine(tree value, unsigned depth);

/* `new T[n]` asks for the largest size there is when n is too large: that is no size. */
static ms_affine s_affine_of_phi(gphi *phi, unsigned depth) {
    tree only = NULL_TREE;
    for (unsigned i = 0; i < gimple_phi_num_args(phi); i++) {
        tree argument = gimple_phi_arg_def(phi, i);
        ms_affine affine = s_affine(argument, depth);
        if (affine.factor == 0 && affine.constant == -1)
            continue;
        if (only != NULL_TREE)
            return s_unknown();
        only = argument;
    }
    return only != NULL_TREE ? s_affine(only, depth) : s_unknown();
}

static ms_affine s_affine_of_assign(gassign *assign, unsigned depth) {
    tree first = gimple_assign_rhs1(assign), second = gimple_assign_rhs2(assign);
    switch (gimple_assign_rhs_code(assign)) {
    case PLUS_EXPR:
        return s_sum(s_affine(first, depth), s_affine(second, depth), 1);
    case MINUS_EXPR:
        return s_sum(s_affine(first, depth), s_affine(second, depth), -1);
    case MULT_EXPR:
        return s_product(s_affine(first, depth), s_affine(second, depth));
    case LSHIFT_EXPR:
        if (tree_fits_uhwi_p(second) && tree_to_uhwi(second) < 32) {
            ms_affine scale;
            scale.constant = HOST_WIDE_INT_1 << tree_to_uhwi(second);
            return s_product(scale, s_affine(first, depth));
        }
        return s_unknown();
    CASE_CONVERT:
    case SSA_NAME:
    case INTEGER_CST:
        return INTEGRAL_TYPE_P(TREE_TYPE(first)) ? s_affine(first, depth) : s_unknown();
    default:
        return s_unknown();
    }
}

static ms_affine s_affine(tree value, unsigned depth) {
    if (TREE_CODE(value) == INTEGER_CST && TYPE_PRECISION(TREE_TYPE(value)) <= 64) {
        ms_affine constant;
        constant.constant = (HOST_WIDE_INT)TREE_INT_CST_LOW(value);
        return constant;
    }
    if (TREE_CODE(value) != SSA_NAME || depth == MAX_DEPTH)
        return s_unknown();
    gimple *definition = SSA_NAME_DEF_STMT(value);
    if (gassign *assign = dyn_cast<gassign *>(definition))
        return s_affine_of_assign(assign, depth + 1);
    if (gphi *phi = dyn_cast<gphi *>(definition))
        return s_affine_of_phi(phi, depth + 1);
    return s_unknown();
}

ms_affine ms_size_affine(tree value) {
    return s_affine(value, 0);
}

/* ---- the arguments of a call ---- */

/* What may be the size: one argument, or two that are multiplied. */
struct s_size {
    tree bytes;
    tree count; /* NULL_TREE: none */
    bool is_certain;
};

static bool s_is_number(const gcall *call, unsigned index) {
    if (index >= gimple_call_num_args(call))
        return false;
    tree type = TREE_TYPE(gimple_call_arg(call, index));
    return INTEGRAL_TYPE_P(type) && TREE_CODE(type) != BOOLEAN_TYPE &&
           TYPE_PRECISION(type) >= TYPE_PRECISION(integer_type_node);
}

/* From alloc_size(M) or alloc_size(M, N), which the C library's functions have too. */
static bool s_declared_size(const gcall *call, tree function_type, s_size *out) {
    tree callee = gimple_call_fndecl(call);
    bool is_builtin = callee != NULL_TREE && fndecl_built_in_p(callee, BUILT_IN_NORMAL);
    if (is_builtin && DECL_FUNCTION_CODE(callee) == BUILT_IN_POSIX_MEMALIGN) {
        *out = {gimple_call_arg(call, 2), NULL_TREE, true};
        return true;
    }
    tree attribute = lookup_attribute("alloc_size", TYPE_ATTRIBUTES(function_type));
    if (attribute == NULL_TREE)
        return false;
    tree argument[2] = {NULL_TREE, NULL_TREE};
    unsigned count = 0;
    for (tree at = TREE_VALUE(attribute); at != NULL_TREE && count < 2; at = TREE_CHAIN(at)) {
        if (!tree_fits_uhwi_p(TREE_VALUE(at)) || tree_to_uhwi(TREE_VALUE(at)) == 0 ||
            !s_is_number(call, tree_to_uhwi(TREE_VALUE(at)) - 1))
            return false;
        argument[count++] = gimple_call_arg(call, tree_to_uhwi(TREE_VALUE(at)) - 1);
    }
    *out = {argument[0], argument[1], is_builtin};
    return count != 0;
}

/* The sizes that CALL may ask for. Without a declaration: each number, and each two that follow one
 * another. */
static std::vector<s_size> s_sizes(gimple *statement) {
    std::vector<s_size> sizes;
    gcall *call = dyn_cast<gcall *>(statement);
    if (call == nullptr || gimple_call_internal_p(call))
        return sizes;
    tree function_type = gimple_call_fntype(call);
    s_size declared;
    if (function_type != NULL_TREE && s_declared_size(call, function_type, &declared)) {
        sizes.push_back(declared);
        return sizes;
    }
    for (unsigned i = 0; i < gimple_call_num_args(call); i++) {
        if (!s_is_number(call, i))
            continue;
        if (s_is_number(call, i + 1))
            sizes.push_back({gimple_call_arg(call, i), gimple_call_arg(call, i + 1), false});
        sizes.push_back({gimple_call_arg(call, i), NULL_TREE, false});
    }
    return sizes;
}

static ms_affine s_affine_of_size(const s_size &size) {
    ms_affine bytes = ms_size_affine(size.bytes);
    return size.count == NULL_TREE ? bytes : s_product(bytes, ms_size_affine(size.count));
}

/* CONSTANT + FACTOR * n is a number of objects of SIZE bytes. */
static bool s_is_multiple(const ms_affine &affine, uint64_t size) {
    return size != 0 && affine.constant >= 0 && affine.factor % size == 0 &&
           affine.constant % size == 0 && (affine.factor != 0 || affine.constant != 0);
}

bool ms_size_fits(gimple *statement, uint64_t size) {
    for (const s_size &at : s_sizes(statement)) {
        ms_affine affine = s_affine_of_size(at);
        if (s_is_multiple(affine, size) &&
            (affine.factor != 0 || (uint64_t)affine.constant == size || at.count != NULL_TREE))
            return true;
    }
    return false;
}

bool ms_size_is(gimple *statement, uint64_t size) {
    const gcall *call = dyn_cast<gcall *>(statement);
    for (unsigned i = 0; call != nullptr && size != 0 && i < gimple_call_num_args(call); i++) {
        tree argument = gimple_call_arg(call, i);
        if (tree_fits_uhwi_p(argument) && tree_to_uhwi(argument) == size)
            return true;
    }
    return false;
}

/* ---- elements ---- */

/* The header of a block of POINTEE, which ends with an array: all of the struct, or up to the
 * array. False: AFFINE is no such size. */
static bool s_find_header(const ms_affine &affine, const ms_pointee *pointee, uint64_t *header) {
    uint64_t element = pointee->tail.size;
    if (element == 0 || affine.factor % element != 0)
        return false;
    uint64_t whole = pointee->tail.in_size ? pointee->tail.offset : pointee->size;
    for (uint64_t candidate : {whole, pointee->tail.offset}) {
        HOST_WIDE_INT rest = affine.constant - (HOST_WIDE_INT)candidate;
        if ((affine.factor != 0 ? rest >= 0 : rest > 0) && (uint64_t)rest % element == 0) {
            *header = candidate;
            return true;
        }
    }
    return false;
}

/* Which of the sizes a call may ask for is the likeliest: what varies tells more than a number,
 * which may be a flag, and one argument more than the product of two. */
static unsigned s_rank(const s_size &size, const ms_affine &affine) {
    return (affine.factor == 0 ? 2 : 0) + (size.count != NULL_TREE ? 1 : 0);
}

static bool s_fill_elements(ms_affine affine, const ms_pointee *pointee, uint64_t offset,
                            ms_elements *out) {
    if (offset > INT32_MAX)
        return false;
    affine.constant -= (HOST_WIDE_INT)offset;
    if (s_is_multiple(affine, pointee->size)) {
        out->header = offset;
        out->size = pointee->size;
        out->spelling = pointee->spelling;
        return true;
    }
    if (!s_find_header(affine, pointee, &out->header))
        return false;
    out->header += offset;
    out->size = pointee->tail.size;
    out->spelling = pointee->tail.spelling;
    return true;
}

ms_elements ms_size_elements(gimple *statement, const ms_pointee *pointee, uint64_t offset) {
    ms_elements best;
    unsigned best_rank = UINT_MAX;
    for (const s_size &size : s_sizes(statement)) {
        ms_affine affine = s_affine_of_size(size);
        ms_elements elements;
        elements.is_known = s_fill_elements(affine, pointee, offset, &elements);
        elements.is_certain = size.is_certain;
        /* Bytes count themselves, and any number fits them. */
        if (!elements.is_known || (elements.size == 1 && !size.is_certain) ||
            s_rank(size, affine) >= best_rank)
            continue;
        elements.bytes = size.bytes;
        elements.count = size.count;
        best = elements;
        best_rank = s_rank(size, affine);
    }
    return best;
}
