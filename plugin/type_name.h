/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Types and places as the programmer wrote them. C++ class types are spelled by the C++ front end.
 */
#ifndef MS_PLUGIN_TYPE_NAME_H
#define MS_PLUGIN_TYPE_NAME_H

#include "gcc_api.h"

/* The C spelling of TYPE without its own qualifiers: "struct node", "node_t", "int[16]",
 * "void (*)(int)", "struct foo *". Before GCC frees the front end's data (-flto), see
 * known_types.h. */
std::string ms_type_name_spell(tree type);

/* The same for what POINTER_TYPE points to. A pointer typedef whose pointee has no name of its own
 * gives "*NAME" (typedef char *sds: "*sds"). Empty: void or a function, nothing that a block can
 * be. */
std::string ms_type_name_spell_pointee(tree pointer_type);

/* Whether people gave TYPE a name: a tag or a typedef, not "int". */
bool ms_type_name_is_own(tree type);

#endif
