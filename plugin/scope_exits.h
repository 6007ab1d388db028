/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Code on each way out of the scope of an automatic variable or a parameter, before/after:
 *
 *     {                                       {
 *         T *p = f();                             T *p = f();
 *         if (g(p))                               if (g(p))
 *             return h(p);                            { r = h(p); code; return r; }
 *         k(p);                                   k(p);
 *     }                                           code;
 *                                             }
 *
 * Unlike that of scopes.h, the code knows the statement that leaves: GCC ends a scope once for all
 * returns, and at -O0 for all ways out together, so what a TRY_FINALLY_EXPR has in it could not
 * tell one from the other. Hence it goes in front of each return, break, continue, goto and throw,
 * and to the end of the scope where that can be reached; only other exceptions get code of their
 * own, in a TRY_CATCH_EXPR, and only in C++. Not seen are longjmp, computed gotos, asm goto, and
 * the end of a statement expression that has a value.
 *
 * A function that ends by calling itself has the code in front of that call, and none for
 * exceptions: GCC turns such a call into a jump, and a program may rely on that. A function that
 * calls setjmp is left alone, since GCC would warn that its variables may be clobbered.
 *
 * From a PLUGIN_PRE_GENERICIZE callback.
 */
#ifndef MS_PLUGIN_SCOPE_EXITS_H
#define MS_PLUGIN_SCOPE_EXITS_H

#include "gcc_api.h"

struct ms_scope_exit {
    tree function = NULL_TREE;
    location_t location = UNKNOWN_LOCATION; /* of the statement that leaves */
    unsigned line = 0;                      /* of the closing brace; 0: that of LOCATION */
    bool is_thrown = false;                 /* by an exception, from anywhere in the scope */
    tree returned = NULL_TREE;              /* the pointer that is returned; NULL_TREE: none is */
};

struct ms_scope_exits {
    std::function<bool(tree decl)> is_wanted;
    std::function<tree(tree decl, const ms_scope_exit &exit)> code; /* a statement of its own */
};

/* FUNCTION has its body; the functions nested in it are done too. Nothing changes where no variable
 * is wanted. */
void ms_scope_exits_insert(tree function, const ms_scope_exits &exits);

#endif
