/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text that is being compiled, read again: GCC has folded away how the program wrote it. */
#ifndef MS_PLUGIN_SOURCE_TEXT_H
#define MS_PLUGIN_SOURCE_TEXT_H

#include "gcc_api.h"

/* What stands between the parentheses behind LOCATION, which is that of a call: "sizeof (T) * n",
 * comments and strings taken out. Empty: it cannot be had (no such file, generated code, a call
 * that a macro makes), or is longer than anybody writes. */
std::string ms_source_arguments(location_t location);

/* The line of the brace that closes the innermost block around LOCATION; 0: it cannot be had, or
 * LOCATION is in parentheses, as what the head of a loop declares is. */
unsigned ms_source_closing_brace(location_t location);

/* What is in the parentheses in front of the call of the function NAME at LOCATION, if these may be
 * a cast of what it gives: "struct node *" of `(struct node *)malloc(n)`. Arguments of calls have
 * the location of the outer call: NAME is looked for there. Empty: there is none, or not one alone.
 */
std::string ms_source_cast(location_t location, const std::string &name);

#endif
