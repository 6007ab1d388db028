/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pointers that one statement of the source moves: `list->next = p, p = NULL`. */
#ifndef MS_PLUGIN_KEPT_ELSEWHERE_H
#define MS_PLUGIN_KEPT_ELSEWHERE_H

#include "gcc_api.h"

/* Whether what PLACE holds, OLD_VALUE if that is known (else NULL_TREE), has been stored to memory
 * or to another variable of the program on the line on which STATEMENT, a later one, overwrites it.
 * GCC does not keep where the statements of the source begin and end. */
bool ms_kept_elsewhere(tree place, tree old_value, gimple *statement);

#endif
