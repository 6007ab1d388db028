/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Objects of the C++ library that keep a block, and whose methods nobody compiles but the library
 * itself: std::string, std::wstring. What the plugin cannot see inside the method it looks for
 * behind the call:
 *
 *     text.append(other);                     if (text._M_p == __memscope_fresh_block) ...
 */
#ifndef MS_PLUGIN_LIBRARY_OBJECT_H
#define MS_PLUGIN_LIBRARY_OBJECT_H

#include "gcc_api.h"

/* The argument of CALL that is the address of such an object, which the call may have given another
 * block; null: none. *POINTER_TYPE is that of the pointer to the block, the object's first member.
 */
tree ms_library_object_of(const gcall *call, tree *pointer_type);

/* That pointer, as an expression. */
tree ms_library_object_block(tree object, tree pointer_type);

#endif
