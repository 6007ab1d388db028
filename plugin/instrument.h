/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pass that instruments, before/after:
 *
 *     struct node *n = malloc(24);            n = malloc(24);
 *                                             if (n == __memscope_fresh_block)
 *                                                 __memscope_claim_block(&site, n);
 *
 *     MEMSCOPE struct node *head;             head = n;
 *     head = n;                               __memscope_lose_block(&site, <old head>, n, NULL);
 *                                             __memscope_assign_block(&site, n, NULL);
 *
 *     getline(&line, &size, file);            getline(&line, &size, file);
 *                                             if (line == __memscope_fresh_block)
 *                                                 __memscope_claim_block(&site, line);
 *
 *     void f(MEMSCOPE struct node *p) {       __memscope_assign_block(&site, p, NULL);
 *
 * 1. Plan: every call and assignment is looked at while the function is still the user's.
 * 2. Insert: the planned code goes in; only the shape of the control flow changes.
 *
 * Position: after "nothrow", the end of the passes that build SSA form. They run for every
 * function, also at -O0, before any function is inlined into another (so inline allocators are seen
 * as calls and as bodies), and GCC's early warnings have been given by then.
 * "*rebuild_cgraph_edges" follows and finds the new calls.
 */
#ifndef MS_PLUGIN_INSTRUMENT_H
#define MS_PLUGIN_INSTRUMENT_H

#include "gcc_api.h"

opt_pass *ms_instrument_pass_new(void);

#endif
