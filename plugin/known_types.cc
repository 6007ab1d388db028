/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "known_types.h"

#include "allocator.h"
#include "arguments.h"
#include "pass.h"
#include "type_name.h"
#include "written_type.h"

/* What a function type says about its result and its parameters; null: not a pointer. */
struct s_signature {
    const ms_pointee *result = nullptr;
    std::vector<const ms_pointee *> parameters;
};

/* By TYPE_UID and DECL_UID. Nodes of these maps do not move, so pointers into them hold. */
static std::unordered_map<unsigned, ms_pointee> s_pointees;
static std::unordered_map<unsigned, ms_pointee> s_objects;
static std::unordered_map<unsigned, s_signature> s_signatures;
static std::unordered_map<unsigned, const ms_pointee *> s_fields;
static std::unordered_map<unsigned, std::string> s_owners;
static std::unordered_map<unsigned, std::string> s_functions;
static std::unordered_map<unsigned, ms_captured> s_captured;

static uint64_t s_size(const_tree type) {
    tree size = TYPE_SIZE_UNIT(type);
    return size != NULL_TREE && tree_fits_uhwi_p(size) ? tree_to_uhwi(size) : 0;
}

static bool s_is_byte(const_tree type) {
    return TREE_CODE(type) == INTEGER_TYPE && TYPE_PRECISION(type) == 8;
}

/* `T tail[]`, and what was written for it before C99: `T tail[0]`, `T tail[1]`. */
static void s_describe_tail(const_tree type, ms_tail *out) {
    tree last = NULL_TREE;
    if (TREE_CODE(type) != RECORD_TYPE || !COMPLETE_TYPE_P(type))
        return;
    for (tree field = TYPE_FIELDS(type); field != NULL_TREE; field = DECL_CHAIN(field))
        if (TREE_CODE(field) == FIELD_DECL)
            last = field;
    if (last == NULL_TREE || TREE_CODE(TREE_TYPE(last)) != ARRAY_TYPE)
        return;
    tree domain = TYPE_DOMAIN(TREE_TYPE(last));
    tree high = domain != NULL_TREE ? TYPE_MAX_VALUE(domain) : NULL_TREE;
    if (high != NULL_TREE && !integer_zerop(high) && !integer_all_onesp(high))
        return;
    out->size = s_size(TREE_TYPE(TREE_TYPE(last)));
    out->offset = int_byte_position(last);
    out->in_size = high != NULL_TREE && integer_zerop(high);
    out->spelling = ms_type_name_spell(TREE_TYPE(TREE_TYPE(last)));
}

static void s_describe(tree type, ms_pointee *out) {
    s_describe_tail(type, &out->tail);
    out->identity = TYPE_UID(TYPE_MAIN_VARIANT(type));
    out->size = s_size(type);
    out->weak = s_is_byte(type);
    out->scalar = !AGGREGATE_TYPE_P(type);
    out->annotation = ms_attribute_of_type(type);
}

const ms_pointee *ms_types_pointee(tree type) {
    if (!POINTER_TYPE_P(type))
        return nullptr;
    auto [at, is_new] = s_pointees.try_emplace(TYPE_UID(type));
    ms_pointee *pointee = &at->second;
    if (!is_new)
        return pointee;
    pointee->spelling = ms_type_name_spell_pointee(type);
    if (pointee->spelling.empty())
        return pointee;
    s_describe(TREE_TYPE(type), pointee);
    if (pointee->spelling[0] == '*')
        pointee->weak = false; /* a name of its own: more than bytes */
    if (!pointee->annotation.present && TYPE_NAME(type) != NULL_TREE &&
        TREE_CODE(TYPE_NAME(type)) == TYPE_DECL)
        pointee->annotation = ms_attribute_of_decl(TYPE_NAME(type));
    return pointee;
}

const ms_pointee *ms_types_of_object(tree type) {
    auto [at, is_new] = s_objects.try_emplace(TYPE_UID(type));
    ms_pointee *object = &at->second;
    if (is_new && !VOID_TYPE_P(type)) {
        object->spelling = ms_type_name_spell(type);
        s_describe(type, object);
    }
    return object;
}

static const s_signature &s_signature_of(tree function_type) {
    auto [at, is_new] = s_signatures.try_emplace(TYPE_UID(function_type));
    s_signature &signature = at->second;
    if (is_new) {
        signature.result = ms_types_pointee(TREE_TYPE(function_type));
        for (tree p = TYPE_ARG_TYPES(function_type); p != NULL_TREE; p = TREE_CHAIN(p))
            signature.parameters.push_back(ms_types_pointee(TREE_VALUE(p)));
    }
    return signature;
}

const ms_pointee *ms_types_of_result(tree function_type) {
    return s_signature_of(function_type).result;
}

const ms_pointee *ms_types_of_parameter(tree function_type, unsigned index) {
    const s_signature &signature = s_signature_of(function_type);
    return index < signature.parameters.size() ? signature.parameters[index] : nullptr;
}

const ms_pointee *ms_types_of_field(tree field) {
    auto [at, is_new] = s_fields.try_emplace(DECL_UID(field));
    if (is_new)
        at->second = ms_types_pointee(strip_array_types(TREE_TYPE(field)));
    return at->second;
}

/* GCC's struct for the variables that nested functions share: its members are variables. */
static bool s_is_frame(const_tree type) {
    tree name = TYPE_NAME(type);
    return name != NULL_TREE && TREE_CODE(name) == IDENTIFIER_NODE &&
           strncmp(IDENTIFIER_POINTER(name), "FRAME.", 6) == 0;
}

const std::string &ms_types_owner(tree field) {
    static const std::string none;
    tree owner = DECL_CONTEXT(field);
    if (owner == NULL_TREE || !TYPE_P(owner))
        return none;
    auto [at, is_new] = s_owners.try_emplace(TYPE_UID(owner));
    if (is_new && ms_type_name_is_own(owner) && !s_is_frame(owner))
        at->second = ms_type_name_spell(owner);
    return at->second;
}

/* A class that nobody can name, in a function, with the call operator. */
static bool s_is_closure(const_tree type) {
    tree name = type != NULL_TREE && TYPE_P(type) ? TYPE_NAME(type) : NULL_TREE;
    if (name == NULL_TREE || TREE_CODE(name) != TYPE_DECL || !IDENTIFIER_ANON_P(DECL_NAME(name)) ||
        decl_function_context(name) == NULL_TREE)
        return false;
    for (tree at = TYPE_FIELDS(type); at != NULL_TREE; at = DECL_CHAIN(at))
        if (DECL_NAME(at) == get_identifier("operator()"))
            return true;
    return false;
}

/* GCC gives the members of a closure the name of the variable behind two underscores. */
static void s_describe_captured(const_tree field, ms_captured *out) {
    tree closure = DECL_CONTEXT(field), name = DECL_NAME(field);
    if (name == NULL_TREE || !s_is_closure(closure) ||
        strncmp(IDENTIFIER_POINTER(name), "__", 2) != 0 || id_equal(name, "__this"))
        return;
    out->name = IDENTIFIER_POINTER(name) + 2;
    out->annotation = ms_attribute_of_local(decl_function_context(TYPE_NAME(closure)), out->name);
}

const ms_captured &ms_types_captured(tree field) {
    auto [at, is_new] = s_captured.try_emplace(DECL_UID(field));
    if (is_new && lang_GNU_CXX())
        s_describe_captured(field, &at->second);
    return at->second;
}

const std::string &ms_types_function_name(tree decl) {
    auto [at, is_new] = s_functions.try_emplace(DECL_UID(decl));
    if (is_new)
        at->second = lang_hooks.decl_printable_name(decl, 1);
    return at->second;
}

/* ---- the pass ---- */

static void s_remember_type(tree type) {
    if (type == NULL_TREE || type == error_mark_node)
        return;
    while (TREE_CODE(type) == ARRAY_TYPE)
        type = TREE_TYPE(type);
    if (POINTER_TYPE_P(type))
        ms_types_pointee(type);
}

/* Whether REFERENCE is one to what its first operand is or points to. */
static bool s_is_made_of(const_tree reference) {
    switch (TREE_CODE(reference)) {
    case ADDR_EXPR:
    case MEM_REF:
    case TARGET_MEM_REF:
    case OBJ_TYPE_REF:
    case WITH_SIZE_EXPR:
        return true;
    default:
        return handled_component_p(reference);
    }
}

/* The types of OPERAND and of what it is made of. The other parts, as indices are, are numbers. Not
 * by GCC's walk_gimple_op, which takes three times as long for the same. */
static void s_remember_operand(tree operand) {
    for (tree t = operand; t != NULL_TREE; t = s_is_made_of(t) ? TREE_OPERAND(t, 0) : NULL_TREE) {
        s_remember_type(TREE_TYPE(t));
        if (TREE_CODE(t) == MEM_REF) {
            s_remember_type(TREE_TYPE(TREE_OPERAND(t, 1)));
            ms_types_of_object(TREE_TYPE(t));
        } else if (TREE_CODE(t) == COMPONENT_REF) {
            ms_types_of_field(TREE_OPERAND(t, 1));
            ms_types_owner(TREE_OPERAND(t, 1));
            ms_types_captured(TREE_OPERAND(t, 1));
        }
    }
}

static void s_remember_operands(gimple *statement) {
    bool is_asm = gimple_code(statement) == GIMPLE_ASM; /* (constraint, operand) */
    for (unsigned i = 0; i < gimple_num_ops(statement); i++) {
        tree operand = gimple_op(statement, i);
        s_remember_operand(is_asm && operand != NULL_TREE ? TREE_VALUE(operand) : operand);
    }
}

static void s_remember_statement(function *fun, gimple *statement) {
    if (is_gimple_debug(statement))
        return;
    gcall *call = dyn_cast<gcall *>(statement);
    if (call != nullptr && gimple_call_fntype(call) != NULL_TREE && ms_arguments_given.track_all &&
        POINTER_TYPE_P(gimple_call_return_type(call)))
        ms_written_remember(fun, call);
    if (is_gimple_call(statement) && gimple_call_fntype(statement) != NULL_TREE)
        s_signature_of(gimple_call_fntype(statement));
    if (is_gimple_call(statement))
        ms_allocator_remember(gimple_call_fndecl(statement));
    /* As GCC's free_lang_data has it; else types can be asked for when they are needed. */
    if (flag_generate_lto || flag_generate_offload)
        s_remember_operands(statement);
}

static unsigned s_remember_function(function *fun) {
    tree decl = fun->decl;
    ms_types_function_name(decl);
    ms_allocator_remember(decl);
    s_signature_of(TREE_TYPE(decl));
    for (tree p = DECL_ARGUMENTS(decl); p != NULL_TREE; p = DECL_CHAIN(p))
        s_remember_type(TREE_TYPE(p));
    basic_block block;
    FOR_EACH_BB_FN(block, fun)
    for (gimple_stmt_iterator at = gsi_start_bb(block); !gsi_end_p(at); gsi_next(&at))
        s_remember_statement(fun, gsi_stmt(at));
    return 0;
}

opt_pass *ms_types_pass_new(void) {
    return ms_pass_over_functions("memscope_types", PROP_cfg, s_remember_function);
}
