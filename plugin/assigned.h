/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a place has a value of the program's at some point, or what was in the memory before. */
#ifndef MS_PLUGIN_ASSIGNED_H
#define MS_PLUGIN_ASSIGNED_H

#include "gcc_api.h"

/* False: PLACE, a variable or a part of one, has not been given a value on any way to STATEMENT,
 * since the function or the variable's scope has been entered. Places outside of the function have
 * one always. */
bool ms_assigned_before(tree place, gimple *statement);

#endif
