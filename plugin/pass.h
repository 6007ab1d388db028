/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GCC's passes as functions: what a pass of ours is, less the class that GCC wants it in. */
#ifndef MS_PLUGIN_PASS_H
#define MS_PLUGIN_PASS_H

#include "gcc_api.h"

/* A pass for each function: RUN returns what is to be done behind it (TODO_ flags). NAME, as dumps
 * show it, stays where it is; NEEDS are the properties (PROP_ flags) that the function must have.
 */
opt_pass *ms_pass_over_functions(const char *name, unsigned needs, unsigned (*run)(function *));

/* A pass for the whole unit. */
opt_pass *ms_pass_over_unit(const char *name, void (*run)(void));

#endif
