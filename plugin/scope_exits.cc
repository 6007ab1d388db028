/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scope_exits.h"

#include "block_end.h"
#include "scopes.h"
#include "source_text.h"

/* A goto, and the variables that are in scope there; its label may still be to come. */
struct s_goto {
    tree *at;
    std::vector<tree> open;
};

namespace {

/* One function. */
struct s_walk {
    const ms_scope_exits &exits;
    tree function;
    hash_set<tree> *seen;
    ms_block_ends ends;
    std::vector<tree> open;                             /* in scope, outermost first */
    size_t at_break = 0, at_continue = 0, at_throw = 0; /* how many stay in scope behind one */
    tree breakable = NULL_TREE, loop = NULL_TREE;       /* the innermost around */
    tree listed = NULL_TREE;         /* the declaration that its list is being visited for */
    std::unordered_set<tree> values; /* whose last statement is a value */
    std::unordered_map<tree, std::vector<tree>> labels; /* what is in scope at each */
    std::vector<s_goto> gotos;
    tree returned = NULL_TREE; /* the variables for what is returned, a chain */

    s_walk(const ms_scope_exits &exits, tree function, hash_set<tree> *seen)
        : exits(exits), function(function), seen(seen) {
        ends.function = function;
    }
};

} // namespace

static tree s_visit(tree *at, int *walk_subtrees, void *data);

static void s_walk_into(tree *at, s_walk *walk) {
    walk_tree(at, s_visit, walk, walk->seen);
}

/* ---- what is in a function ---- */

struct s_contents {
    const ms_scope_exits &exits;
    tree function;
    bool has_wanted, is_recursive, calls_setjmp;
};

static tree s_look(tree *at, int *walk_subtrees, void *data) {
    s_contents *contents = static_cast<s_contents *>(data);
    if (TYPE_P(*at)) {
        *walk_subtrees = 0;
    } else if (TREE_CODE(*at) == DECL_EXPR) {
        tree decl = ms_scopes_declared(*at);
        contents->has_wanted |= decl != NULL_TREE && contents->exits.is_wanted(decl);
    } else if (TREE_CODE(*at) == CALL_EXPR) {
        tree callee = get_callee_fndecl(*at);
        contents->is_recursive |= callee == contents->function;
        contents->calls_setjmp |= callee != NULL_TREE && setjmp_call_p(callee);
    }
    return NULL_TREE;
}

/* ---- code ---- */

static void s_append(tree statement, tree *list) {
    append_to_statement_list_force(statement, list);
}

/* The code for the variables of OPEN from number FROM on, innermost first, at the end of LIST. It
 * is at LOCATION for GCC's warnings. */
static void s_append_code(const s_walk *walk, const std::vector<tree> &open, size_t from,
                          ms_scope_exit exit, location_t location, tree *list) {
    exit.function = walk->function;
    for (size_t i = open.size(); i > from; i--) {
        tree code = walk->exits.code(open[i - 1], exit);
        SET_EXPR_LOCATION(code, location);
        s_append(code, list);
    }
}

/* ---- the end of a scope ---- */

/* The code for the variables in scope, from number FROM on, at the end of *BODY. */
static void s_put_end(const s_walk *walk, tree *body, const ms_scope_exit &end, size_t from) {
    location_t location = ms_block_last_location(walk->ends, *body);
    ms_block_put_at_end(walk->ends, body, [&](tree *list) {
        s_append_code(walk, walk->open, from, end, location, list);
    });
}

/* The closing brace. C++ has only read it yet. */
static location_t s_function_end(const s_walk *walk) {
    location_t end = DECL_STRUCT_FUNCTION(walk->function)->function_end_locus;
    return end > BUILTINS_LOCATION ? end : input_location;
}

/* The place of STATEMENT; GCC gives the wrappers of what C++ cleans up none. */
static location_t s_location(const_tree statement) {
    while (statement != NULL_TREE && EXPR_P(statement) && !EXPR_HAS_LOCATION(statement) &&
           TREE_OPERAND_LENGTH(statement) > 0)
        statement = TREE_OPERAND(statement, 0);
    return statement != NULL_TREE ? EXPR_LOCATION(statement) : UNKNOWN_LOCATION;
}

/* Where the scope ends that DECLS, which are declared in LIST, have in it. */
static ms_scope_exit s_end_of(const s_walk *walk, tree list, const std::vector<tree> &decls) {
    ms_scope_exit end;
    location_t declared = DECL_SOURCE_LOCATION(decls.back());
    for (tree_stmt_iterator at = tsi_last(list);
         !tsi_end_p(at) && end.location <= BUILTINS_LOCATION; tsi_prev(&at))
        if (TREE_CODE(tsi_stmt(at)) != DEBUG_BEGIN_STMT) /* with -g */
            end.location = s_location(tsi_stmt(at));
    if (end.location <= BUILTINS_LOCATION)
        end.location = declared;
    int line = ms_source_closing_brace(declared);
    if (line >= expand_location(end.location).line &&
        line <= expand_location(s_function_end(walk)).line)
        end.line = line;
    return end;
}

/* In C GCC would go on behind a TRY_CATCH_EXPR after an exception of C++, and not let it pass. */
static bool s_sees_exceptions(const s_walk *walk) {
    return flag_exceptions && lang_hooks.eh_protect_cleanup_actions != nullptr &&
           !walk->ends.is_recursive;
}

/* BODY with the code for OPEN, from number FROM on, for the exceptions that leave it. */
static tree s_with_throw(const s_walk *walk, tree body, ms_scope_exit end, size_t from) {
    tree code = NULL_TREE;
    end.is_thrown = true;
    s_append_code(walk, walk->open, from, end, UNKNOWN_LOCATION, &code);
    tree wrapped = build2(TRY_CATCH_EXPR, void_type_node, body, code);
    TREE_SIDE_EFFECTS(wrapped) = 1;
    return wrapped;
}

/* ---- scopes ---- */

static bool s_is_wanted(const s_walk *walk, tree statement) {
    tree decl = ms_scopes_declared(statement);
    return decl != NULL_TREE && walk->exits.is_wanted(decl);
}

/* LIST, whose first wanted declaration is at FIRST, is the scope of the variables from FROM on. */
static void s_close(tree list, tree_stmt_iterator first, size_t from, s_walk *walk) {
    std::vector<tree> mine(walk->open.begin() + from, walk->open.end());
    ms_scope_exit end = s_end_of(walk, list, mine);
    s_put_end(walk, &list, end, from);
    if (s_sees_exceptions(walk))
        tsi_link_after(&first, s_with_throw(walk, ms_scopes_take_rest(first), end, from),
                       TSI_CONTINUE_LINKING);
    walk->open.resize(from);
}

static void s_visit_list(tree list, s_walk *walk) {
    bool is_value = walk->values.count(list) != 0 || !VOID_TYPE_P(TREE_TYPE(list));
    size_t from = walk->open.size();
    tree_stmt_iterator first = {};
    for (tree_stmt_iterator at = tsi_start(list); !tsi_end_p(at); tsi_next(&at)) {
        if (is_value && tsi_one_before_end_p(at))
            walk->values.insert(tsi_stmt(at));
        bool is_wanted = s_is_wanted(walk, tsi_stmt(at));
        tree decl = is_wanted ? ms_scopes_declared(tsi_stmt(at)) : NULL_TREE;
        walk->listed = is_wanted ? tsi_stmt(at) : NULL_TREE;
        s_walk_into(tsi_stmt_ptr(at), walk);
        if (!is_wanted)
            continue;
        if (walk->open.size() == from)
            first = at;
        walk->open.push_back(decl);
    }
    if (is_value)
        walk->open.resize(from);
    else if (walk->open.size() > from)
        s_close(list, first, from, walk);
}

/* A declaration that is all of its block. */
static bool s_visit_single(tree *at, s_walk *walk) {
    if (*at == walk->listed || !s_is_wanted(walk, *at))
        return false;
    tree list = alloc_stmt_list();
    append_to_statement_list_force(*at, &list);
    s_visit_list(list, walk);
    *at = list;
    return true;
}

/* ---- statements that leave ---- */

static void s_put_in_front(const s_walk *walk, tree *at, const std::vector<tree> &open, size_t from,
                           tree returned = NULL_TREE) {
    if (open.size() <= from)
        return;
    ms_scope_exit exit;
    exit.location = EXPR_LOCATION(*at);
    if (exit.location <= BUILTINS_LOCATION) /* main returns 0 */
        exit.location = s_function_end(walk);
    exit.returned = returned;
    tree list = NULL_TREE;
    s_append_code(walk, open, from, exit, exit.location, &list);
    s_append(*at, &list);
    *at = list;
}

/* Of the whole function: GCC would not find what is to be cleaned up behind `return f(T())` in a
 * block of its own. */
static tree s_new_returned(tree type, s_walk *walk) {
    tree decl = create_tmp_var_raw(type, "memscope_returned");
    DECL_CONTEXT(decl) = walk->function;
    suppress_warning(decl);
    DECL_CHAIN(decl) = walk->returned;
    walk->returned = decl;
    return decl;
}

/* `return e`: what is returned is known in front of the code, unless it is made where the caller
 * wants it. */
static void s_visit_return(tree *at, s_walk *walk) {
    tree statement = *at, assignment = TREE_OPERAND(statement, 0);
    s_walk_into(&TREE_OPERAND(statement, 0), walk);
    bool has_value = assignment != NULL_TREE &&
                     (TREE_CODE(assignment) == MODIFY_EXPR || TREE_CODE(assignment) == INIT_EXPR);
    tree value = has_value ? TREE_OPERAND(assignment, 1) : NULL_TREE, bare = ms_block_bare(value);
    bool is_first = value == NULL_TREE || !is_gimple_reg_type(TREE_TYPE(value)) ||
                    (TREE_CODE(bare) == CALL_EXPR && get_callee_fndecl(bare) == walk->function);
    if (walk->open.empty())
        return;
    if (is_first || CONSTANT_CLASS_P(bare)) {
        s_put_in_front(walk, at, walk->open, 0);
        return;
    }
    tree kept = s_new_returned(TYPE_MAIN_VARIANT(TREE_TYPE(value)), walk);
    tree list = NULL_TREE;
    s_append(build2_loc(EXPR_LOCATION(statement), MODIFY_EXPR, void_type_node, kept, value), &list);
    TREE_OPERAND(assignment, 1) = kept;
    s_put_in_front(walk, at, walk->open, 0,
                   POINTER_TYPE_P(TREE_TYPE(kept)) ? fold_convert(ptr_type_node, kept) : NULL_TREE);
    s_append(*at, &list);
    *at = list;
}

/* It may be a part of an expression. */
static void s_visit_throw(tree *at, s_walk *walk) {
    tree thrown = *at;
    s_walk_into(&TREE_OPERAND(thrown, 0), walk);
    s_put_in_front(walk, at, walk->open, walk->at_throw);
    if (*at == thrown)
        return;
    tree list = *at;
    tree_stmt_iterator code = tsi_last(list);
    *at = thrown;
    for (tsi_prev(&code); !tsi_end_p(code); tsi_prev(&code))
        *at = build2(COMPOUND_EXPR, TREE_TYPE(thrown), tsi_stmt(code), *at);
}

static void s_visit_break(tree *at, s_walk *walk) {
    bool is_break = TREE_CODE(*at) == BREAK_STMT;
    if (is_break || (walk->loop != NULL_TREE && TREE_CODE(walk->loop) == DO_STMT))
        walk->ends.is_ended.insert(is_break ? walk->breakable : walk->loop);
    s_put_in_front(walk, at, walk->open, is_break ? walk->at_break : walk->at_continue);
}

/* Those whose scope the label is not in are left. Scopes nest: what is open at both comes first. */
static void s_leave_by_gotos(s_walk *walk) {
    for (const s_goto &jump : walk->gotos) {
        gcc_checking_assert(TREE_CODE(*jump.at) == GOTO_EXPR);
        auto label = walk->labels.find(GOTO_DESTINATION(*jump.at));
        size_t stay = 0;
        while (label != walk->labels.end() && stay < jump.open.size() &&
               stay < label->second.size() && jump.open[stay] == label->second[stay])
            stay++;
        s_put_in_front(walk, jump.at, jump.open, stay);
    }
}

/* ---- the walk ---- */

static bool s_is_loop(tree_code code) {
    return code == FOR_STMT || code == WHILE_STMT || code == DO_STMT || code == LOOP_EXPR;
}

/* What is in STATEMENT, a loop, a switch or a construct of OpenMP. */
static void s_visit_breakable(tree statement, bool is_loop, s_walk *walk) {
    size_t at_break = walk->at_break, at_continue = walk->at_continue;
    tree breakable = walk->breakable, loop = walk->loop;
    walk->breakable = statement;
    walk->at_break = walk->open.size();
    if (is_loop) {
        walk->at_continue = walk->open.size();
        walk->loop = statement;
    }
    /* The scope of what a condition declares goes on in other operands: it is left alone. */
    for (int i = 0; i < TREE_OPERAND_LENGTH(statement); i++)
        if (i != ms_loop_declaration(statement))
            s_walk_into(&TREE_OPERAND(statement, i), walk);
    walk->breakable = breakable;
    walk->loop = loop;
    walk->at_break = at_break;
    walk->at_continue = at_continue;
}

/* try { ... } catch ...: what is thrown inside may be caught here. */
static void s_visit_try(tree statement, s_walk *walk) {
    size_t at_throw = walk->at_throw;
    walk->at_throw = walk->open.size();
    s_walk_into(&TREE_OPERAND(statement, 0), walk);
    walk->at_throw = at_throw;
    s_walk_into(&TREE_OPERAND(statement, 1), walk);
}

static void s_insert(tree function, const ms_scope_exits &exits, hash_set<tree> *seen);

/* GNU C's functions inside functions; GCC calls us for the outermost alone. */
static void s_visit_nested(tree statement, s_walk *walk) {
    tree decl = DECL_EXPR_DECL(statement);
    if (TREE_CODE(decl) == FUNCTION_DECL && decl_function_context(decl) == walk->function &&
        DECL_SAVED_TREE(decl) != NULL_TREE && !walk->seen->add(decl))
        s_insert(decl, walk->exits, walk->seen);
}

static void s_visit_value(tree statement, s_walk *walk) {
    tree *inside = &TREE_OPERAND(statement, TREE_CODE(statement) == BIND_EXPR ? 1 : 0);
    if (walk->values.count(statement) != 0 || !VOID_TYPE_P(TREE_TYPE(statement)))
        walk->values.insert(*inside);
}

/* False: what is in *AT is still to be visited. */
static bool s_visit_statement(tree *at, s_walk *walk) {
    tree_code code = TREE_CODE(*at);
    if (code == STATEMENT_LIST)
        s_visit_list(*at, walk);
    else if (code == RETURN_EXPR)
        s_visit_return(at, walk);
    else if (code == BREAK_STMT || code == CONTINUE_STMT)
        s_visit_break(at, walk);
    else if (code == THROW_EXPR)
        s_visit_throw(at, walk);
    else if (code == TRY_BLOCK)
        s_visit_try(*at, walk);
    else if (TYPE_P(*at) || ms_scopes_is_for_device(code))
        return true;
    else if (s_is_loop(code) || code == SWITCH_STMT || ms_scopes_is_construct(code))
        s_visit_breakable(*at, code != SWITCH_STMT, walk);
    else
        return (code == DECL_EXPR || code == CLEANUP_POINT_EXPR) && s_visit_single(at, walk);
    return true;
}

static tree s_visit(tree *at, int *walk_subtrees, void *data) {
    s_walk *walk = static_cast<s_walk *>(data);
    tree_code code = TREE_CODE(*at);
    if (code == LABEL_EXPR)
        walk->labels[LABEL_EXPR_LABEL(*at)] = walk->open;
    else if (code == GOTO_EXPR && TREE_CODE(GOTO_DESTINATION(*at)) == LABEL_DECL)
        walk->gotos.push_back({at, walk->open});
    else if (code == BIND_EXPR || code == CLEANUP_POINT_EXPR)
        s_visit_value(*at, walk);
    else if (code == DECL_EXPR)
        s_visit_nested(*at, walk);
    if (s_visit_statement(at, walk))
        *walk_subtrees = 0;
    return NULL_TREE;
}

/* ---- the function ---- */

static void s_visit_body(tree function, s_walk *walk) {
    for (tree p = DECL_ARGUMENTS(function); p != NULL_TREE; p = DECL_CHAIN(p))
        if (walk->exits.is_wanted(p))
            walk->open.push_back(p);
    tree *body = &DECL_SAVED_TREE(function);
    s_walk_into(body, walk);
    s_leave_by_gotos(walk);
    if (walk->open.empty())
        return;
    ms_scope_exit end;
    end.location = s_function_end(walk);
    s_put_end(walk, body, end, 0);
    if (s_sees_exceptions(walk))
        *body = s_with_throw(walk, *body, end, 0);
}

static void s_declare_returned(s_walk *walk) {
    if (walk->returned == NULL_TREE)
        return;
    tree *body = &DECL_SAVED_TREE(walk->function);
    *body = build3(BIND_EXPR, void_type_node, walk->returned, *body, NULL_TREE);
    TREE_SIDE_EFFECTS(*body) = 1;
}

static void s_insert(tree function, const ms_scope_exits &exits, hash_set<tree> *seen) {
    s_contents contents = {exits, function, false, false, false};
    for (tree p = DECL_ARGUMENTS(function); p != NULL_TREE; p = DECL_CHAIN(p))
        contents.has_wanted |= exits.is_wanted(p);
    walk_tree_without_duplicates(&DECL_SAVED_TREE(function), s_look, &contents);
    s_walk walk(exits, function, seen);
    walk.ends.is_recursive = contents.is_recursive;
    if (!contents.has_wanted || contents.calls_setjmp)
        return;
    s_visit_body(function, &walk);
    s_declare_returned(&walk);
}

void ms_scope_exits_insert(tree function, const ms_scope_exits &exits) {
    hash_set<tree> seen;
    s_insert(function, exits, &seen);
}
