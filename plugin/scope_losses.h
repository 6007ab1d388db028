/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Annotated pointers that go out of scope, before/after:
 *
 *     void f(MEMSCOPE struct node *given) {      MEMSCOPE struct node *p = make();
 *         MEMSCOPE struct node *p = make();      if (p == NULL) {
 *         if (p == NULL)                             __memscope_lose_block(&site1, p, NULL, NULL);
 *             return;                                __memscope_lose_block(&site2, given, ...);
 *         use(p);                                    return;
 *     }                                          }
 *                                                use(p);
 *                                                __memscope_lose_block(&site3, p, NULL, NULL);
 *                                                __memscope_lose_block(&site4, given, ...);
 *
 * What is returned is not lost: its caller has it. scope_exits.h says which ways out are seen.
 */
#ifndef MS_PLUGIN_SCOPE_LOSSES_H
#define MS_PLUGIN_SCOPE_LOSSES_H

#include "gcc_api.h"

/* The PLUGIN_PRE_GENERICIZE callback. */
void ms_scope_losses_insert(void *function, void *user_data);

/* In SSA form: makes the records of those losses in FUN. A variable that has no value at one, on
 * any way, loses nothing there. */
void ms_scope_losses_settle(function *fun);

#endif
