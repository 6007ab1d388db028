/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scopes.h"

namespace {

struct s_walk {
    const ms_scope_chooser &choose;
    const ms_frame_chooser &around;
    ms_scope_frame *frame;
    hash_set<tree> *seen;
    bool is_reached; /* not between the head of a switch and its first case */
};

} // namespace

static tree s_visit(tree *at, int *walk_subtrees, void *data);

static void s_walk_into(tree *at, s_walk *walk) {
    walk_tree(at, s_visit, walk, walk->seen);
}

/* ---- frames ---- */

static tree s_declare(tree function, tree type) {
    tree decl = create_tmp_var_raw(type, "memscope");
    DECL_CONTEXT(decl) = function;
    suppress_warning(decl);
    return decl;
}

tree ms_scope_frame::new_variable(tree type) {
    variables.push_back(s_declare(function, type));
    return variables.back();
}

tree ms_scope_frame::address(void) {
    if (token == NULL_TREE) {
        token = s_declare(function, char_type_node);
        TREE_ADDRESSABLE(token) = 1;
    }
    return build_fold_addr_expr_with_type(token, ptr_type_node);
}

/* REST, a scope, with CODE around it. */
static tree s_wrap(tree rest, const ms_scope_code &code) {
    tree end = code.at_exit;
    if (code.at_throw != NULL_TREE && flag_exceptions)
        end = build2(EH_ELSE_EXPR, void_type_node, code.at_exit, code.at_throw);
    tree list = NULL_TREE;
    append_to_statement_list_force(code.at_entry, &list);
    tree wrapped = build2(TRY_FINALLY_EXPR, void_type_node, rest, end);
    TREE_SIDE_EFFECTS(wrapped) = 1;
    append_to_statement_list_force(wrapped, &list);
    return list;
}

/* BODY with the variables of FRAME in front of it. */
static tree s_with_variables(const ms_scope_frame &frame, tree body) {
    tree list = NULL_TREE, chain = frame.token;
    for (tree variable : frame.variables) {
        append_to_statement_list_force(
            build2(MODIFY_EXPR, void_type_node, variable, build_zero_cst(TREE_TYPE(variable))),
            &list);
        DECL_CHAIN(variable) = chain;
        chain = variable;
    }
    append_to_statement_list_force(body, &list);
    tree bind = build3(BIND_EXPR, void_type_node, chain, list, NULL_TREE);
    TREE_SIDE_EFFECTS(bind) = 1;
    return bind;
}

/* *BODY is what FUNCTION, or a part of it that is a frame of its own, does. */
static void s_walk_frame(tree *body, tree function, s_walk *walk) {
    ms_scope_frame frame, *outer = walk->frame;
    frame.function = function;
    walk->frame = &frame;
    std::vector<ms_scope_code> around;
    walk->around(body, &frame, &around);
    s_walk_into(body, walk);
    for (auto code = around.rbegin(); code != around.rend(); ++code)
        *body = s_wrap(*body, *code);
    walk->frame = outer;
    if (!frame.variables.empty() || frame.token != NULL_TREE)
        *body = s_with_variables(frame, *body);
}

/* ---- scopes ---- */

tree ms_scopes_declared(tree statement) {
    if (TREE_CODE(statement) == CLEANUP_POINT_EXPR)
        statement = TREE_OPERAND(statement, 0);
    if (TREE_CODE(statement) != DECL_EXPR)
        return NULL_TREE;
    tree decl = DECL_EXPR_DECL(statement);
    return VAR_P(decl) && !TREE_STATIC(decl) && !DECL_EXTERNAL(decl) &&
                   !DECL_HAS_VALUE_EXPR_P(decl) && !DECL_HARD_REGISTER(decl)
               ? decl
               : NULL_TREE;
}

static bool s_is_chosen(tree statement, s_walk *walk, ms_scope_code *code) {
    tree decl = walk->is_reached ? ms_scopes_declared(statement) : NULL_TREE;
    return decl != NULL_TREE && walk->choose(decl, walk->frame, code);
}

/* Its nodes stay what they are: others may point to the statements in them. */
tree ms_scopes_take_rest(tree_stmt_iterator at) {
    tree rest = alloc_stmt_list();
    tree_statement_list_node *first = at.ptr->next;
    if (first == nullptr)
        return rest;
    STATEMENT_LIST_HEAD(rest) = first;
    STATEMENT_LIST_TAIL(rest) = STATEMENT_LIST_TAIL(at.container);
    STATEMENT_LIST_TAIL(at.container) = at.ptr;
    first->prev = at.ptr->next = nullptr;
    TREE_SIDE_EFFECTS(rest) = TREE_SIDE_EFFECTS(at.container);
    return rest;
}

/* The statement at *AT in a list has been chosen: everything behind it is its scope. */
static void s_open_scope(tree_stmt_iterator at, const ms_scope_code &code, s_walk *walk) {
    tree rest = ms_scopes_take_rest(at);
    walk->frame->open.push_back(code.state);
    s_walk_into(&rest, walk);
    walk->frame->open.pop_back();
    tsi_link_after(&at, s_wrap(rest, code), TSI_CONTINUE_LINKING);
}

static void s_visit_list(tree list, s_walk *walk) {
    for (tree_stmt_iterator at = tsi_start(list); !tsi_end_p(at); tsi_next(&at)) {
        ms_scope_code code;
        if (s_is_chosen(tsi_stmt(at), walk, &code)) {
            s_open_scope(at, code, walk);
            return;
        }
        s_walk_into(tsi_stmt_ptr(at), walk);
    }
}

/* A declaration that is all of its block. */
static bool s_visit_single(tree *at, s_walk *walk) {
    ms_scope_code code;
    if (!s_is_chosen(*at, walk, &code))
        return false;
    tree list = alloc_stmt_list();
    append_to_statement_list_force(*at, &list);
    s_open_scope(tsi_last(list), code, walk);
    *at = list;
    return true;
}

/* ---- other code that has frames ---- */

/* GNU C's functions inside functions; GCC calls us for the outermost alone. */
static void s_visit_nested(tree statement, s_walk *walk) {
    tree decl = DECL_EXPR_DECL(statement);
    if (TREE_CODE(decl) == FUNCTION_DECL && decl_function_context(decl) == walk->frame->function &&
        DECL_SAVED_TREE(decl) != NULL_TREE && !walk->seen->add(decl))
        s_walk_frame(&DECL_SAVED_TREE(decl), decl, walk);
}

bool ms_scopes_is_for_device(tree_code code) {
    return code == OMP_TARGET || code == OACC_PARALLEL || code == OACC_KERNELS ||
           code == OACC_SERIAL;
}

/* Other threads may run the body, so it has variables of its own. */
bool ms_scopes_is_construct(tree_code code) {
    return code >= OACC_PARALLEL && code <= OMP_MASTER;
}

/* SWITCH_STMT is of the C family alone. */
static bool s_is_switch(tree_code code) {
    return code == SWITCH_EXPR || strcmp(get_tree_code_name(code), "switch_stmt") == 0;
}

/* GCC would warn of code in front of the first case. */
static void s_visit_switch(tree statement, s_walk *walk) {
    s_walk_into(&TREE_OPERAND(statement, 0), walk);
    walk->is_reached = false;
    s_walk_into(&TREE_OPERAND(statement, 1), walk);
    walk->is_reached = true;
}

/* The scope of what a loop's condition declares goes on in other operands: it is left alone. */
static bool s_visit_loop(tree statement, s_walk *walk) {
    int declaration = ms_loop_declaration(statement);
    for (int i = 0; declaration >= 0 && i < TREE_OPERAND_LENGTH(statement); i++)
        if (i != declaration)
            s_walk_into(&TREE_OPERAND(statement, i), walk);
    return declaration >= 0;
}

static tree s_visit(tree *at, int *walk_subtrees, void *data) {
    s_walk *walk = static_cast<s_walk *>(data);
    tree_code code = TREE_CODE(*at);
    if (TYPE_P(*at) || ms_scopes_is_for_device(code)) {
        *walk_subtrees = 0;
    } else if (code == STATEMENT_LIST) {
        s_visit_list(*at, walk);
        *walk_subtrees = 0;
    } else if (s_is_switch(code)) {
        s_visit_switch(*at, walk);
        *walk_subtrees = 0;
    } else if (EXPR_P(*at) && s_visit_loop(*at, walk)) {
        *walk_subtrees = 0;
    } else if (code == CASE_LABEL_EXPR || code == LABEL_EXPR) {
        walk->is_reached = true;
    } else if (ms_scopes_is_construct(code)) {
        s_walk_frame(&TREE_OPERAND(*at, 0), walk->frame->function, walk);
        *walk_subtrees = 0;
    } else if (code == DECL_EXPR || code == CLEANUP_POINT_EXPR) {
        if (s_visit_single(at, walk))
            *walk_subtrees = 0;
        else if (code == DECL_EXPR)
            s_visit_nested(*at, walk);
    }
    return NULL_TREE;
}

/* ---- one frame alone ---- */

struct s_frame_visit {
    const std::function<void(tree at)> &visit;
};

static tree s_visit_in_frame(tree *at, int *walk_subtrees, void *data) {
    if (TYPE_P(*at) || ms_scopes_is_for_device(TREE_CODE(*at)) ||
        ms_scopes_is_construct(TREE_CODE(*at)))
        *walk_subtrees = 0;
    else
        static_cast<s_frame_visit *>(data)->visit(*at);
    return NULL_TREE;
}

void ms_scopes_visit_frame(tree *body, const std::function<void(tree at)> &visit) {
    hash_set<tree> seen;
    s_frame_visit data = {visit};
    walk_tree(body, s_visit_in_frame, &data, &seen);
}

void ms_scopes_wrap(tree function, const ms_scope_chooser &choose, const ms_frame_chooser &around) {
    /* A C++ constructor is finished once for each of its clones, with a copy of what we have made.
     */
    if (DECL_ABSTRACT_ORIGIN(function) != NULL_TREE)
        return;
    hash_set<tree> seen;
    s_walk walk = {choose, around, nullptr, &seen, true};
    s_walk_frame(&DECL_SAVED_TREE(function), function, &walk);
}
