/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Code at both ends of the scope of an automatic variable, as GCC's `cleanup` attribute has it,
 * before/after:
 *
 *     {                                       {
 *         struct node n = make();                 struct node n = make();
 *         use(&n);                                at_entry
 *     }                                           try { use(&n); } finally { at_exit }
 *                                             }
 *
 * The declaration splits its block; what is behind it goes into a TRY_FINALLY_EXPR, and GCC copies
 * the end to every way out: falling out, return, goto, break, continue, an exception. Not seen are
 * longjmp and computed gotos. A jump may also come in past the declaration, so `at_exit` may run
 * without `at_entry`: what they share lies in variables of the frame, which are zero from the
 * beginning of the function.
 *
 * From a PLUGIN_PRE_GENERICIZE callback: the function is the front end's tree, whole, and none of
 * GCC's warnings that are about the source is still to come but those of the flow analysis.
 */
#ifndef MS_PLUGIN_SCOPES_H
#define MS_PLUGIN_SCOPES_H

#include "gcc_api.h"

/* What goes around the scope of a variable. Each is a statement, or a list of them. */
struct ms_scope_code {
    tree at_entry = NULL_TREE;
    tree at_exit = NULL_TREE;
    tree at_throw = NULL_TREE; /* where an exception leaves; NULL_TREE: there too at_exit */
    tree state = NULL_TREE;    /* kept in `open`; the chooser's own */
};

/* A function, a nested function or the body of an OpenMP construct: code that has its own copy of
 * the variables declared in it. */
struct ms_scope_frame {
    tree function = NULL_TREE;
    std::vector<tree> open; /* the states of the scopes that are open here, outermost first */
    std::vector<tree> variables;
    tree token = NULL_TREE;

    /* A new variable of the frame, zero at its beginning. TYPE is an integer or a pointer type. */
    tree new_variable(tree type);

    /* The address of a byte on the stack that is this activation's own as long as it lives, and
     * different in every copy of the function that is inlined. */
    tree address(void);
};

/* The automatic variable that STATEMENT declares; NULL_TREE: it is something else. */
tree ms_scopes_declared(tree statement);

/* What is behind AT in its list, taken out of it. */
tree ms_scopes_take_rest(tree_stmt_iterator at);

/* Whether CODE is a construct of OpenMP or OpenACC with a body of its own, and whether that runs on
 * a device, where the runtime is not there. */
bool ms_scopes_is_construct(tree_code code);
bool ms_scopes_is_for_device(tree_code code);

/* Called for each automatic variable that is declared in FUNCTION, in the order of the source.
 * True: CODE has been filled in. */
using ms_scope_chooser = std::function<bool(tree decl, ms_scope_frame *frame, ms_scope_code *code)>;

/* Called for each frame in front of the choosers, with *BODY, all that it does. Adds to AROUND what
 * goes around the body, outermost first, with its state put into `open`. */
using ms_frame_chooser =
    std::function<void(tree *body, ms_scope_frame *frame, std::vector<ms_scope_code> *around)>;

/* Wraps the scopes that CHOOSE and AROUND want in FUNCTION, which has its body, and in the
 * functions nested in it. Nothing changes where none is wanted. */
void ms_scopes_wrap(tree function, const ms_scope_chooser &choose, const ms_frame_chooser &around);

/* For a frame chooser: calls VISIT for each statement and expression of BODY that is part of the
 * frame itself, outer ones first. VISIT may change what is in the one at AT. */
void ms_scopes_visit_frame(tree *body, const std::function<void(tree at)> &visit);

#endif
