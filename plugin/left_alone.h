/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Code that is not instrumented: where the runtime cannot be called, or the user does not want it.
 */
#ifndef MS_PLUGIN_LEFT_ALONE_H
#define MS_PLUGIN_LEFT_ALONE_H

#include "gcc_api.h"

/* The whole unit: a kernel, a boot loader, a C library (no libmemscope could be linked to it), or
 * one with transactions (-fgnu-tm), in which GCC refuses calls of the runtime. */
bool ms_left_alone_unit(void);

/* The function DECL. Aliases that make it an ifunc resolver are known once the whole unit has been
 * read. */
bool ms_left_alone(tree decl);

#endif
