/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text that is being compiled, read again: GCC has folded away how the program wrote it. */
#ifndef MS_PLUGIN_SOURCE_TEXT_H
#define MS_PLUGIN_SOURCE_TEXT_H

#include "gcc_api.h"

/* What stands between the parentheses behind LOCATION, which is that of a call: "sizeof (T) * n",
 * comments and strings taken out. Empty: it cannot be had (no such file, generated code, a call
 * that a macro makes), or is longer than anybody writes. */
std::string ms_source_arguments(location_t location);

#endif
