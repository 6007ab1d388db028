/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The types of the unit by the names that the program gives them, for what is read in its text. */
#ifndef MS_PLUGIN_NAMED_TYPES_H
#define MS_PLUGIN_NAMED_TYPES_H

#include "gcc_api.h"

/* Starts to gather them; once. */
void ms_named_types_register(const char *plugin_name);

/* The type "struct node", "node_t", "unsigned long", in C++ also "node". NULL_TREE: there is none,
 * or the unit has several of that name (scopes are not told apart). */
tree ms_named_types_find(const std::string &name);

#endif
