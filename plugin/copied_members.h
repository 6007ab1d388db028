/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The annotated pointers in a struct that is assigned as a whole: `*a = *b`, `*a = f()`. */
#ifndef MS_PLUGIN_COPIED_MEMBERS_H
#define MS_PLUGIN_COPIED_MEMBERS_H

#include "gcc_api.h"

/* References to the annotated pointer members of TARGET and of the structs in it, but not to those
 * of unions and arrays. Empty: TARGET is no struct, or has none. */
std::vector<tree> ms_copied_members(tree target);

#endif
