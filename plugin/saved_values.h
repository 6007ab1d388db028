/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a variable that lives in a register holds before it is overwritten, before/after:
 *
 *     MEMSCOPE struct node *p;                memscope_old = p;
 *     p = p->next;                            p = p->next;
 *
 * In SSA form that value has no name of its own any more where ways meet; so it gets one before,
 * and GCC's own renaming finds what it is. Only annotated automatic variables are saved; what is in
 * memory is read where it is needed.
 *
 * Position: after "cfg", with the pass of known_types.h.
 */
#ifndef MS_PLUGIN_SAVED_VALUES_H
#define MS_PLUGIN_SAVED_VALUES_H

#include "gcc_api.h"

opt_pass *ms_saved_values_pass_new(void);

/* In SSA form: what PLACE, which STATEMENT assigns to, held before; NULL_TREE: it was not saved, or
 * has no value there. */
tree ms_saved_value(tree place, gimple *statement);

#endif
