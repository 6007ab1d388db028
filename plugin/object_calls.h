/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls into the runtime about objects on the stack, in the front end's trees. */
#ifndef MS_PLUGIN_OBJECT_CALLS_H
#define MS_PLUGIN_OBJECT_CALLS_H

#include "scopes.h"
#include "sites.h"

/* What goes around the scope of the object of SITE, which is in FRAME and has SIZE bytes. The state
 * is the variable that holds what names the object to the runtime. */
ms_scope_code ms_object_calls_around(const ms_site &site, tree size, ms_scope_frame *frame);

/* OBJECT, such a variable, grows by SIZE bytes. An expression without a value. */
tree ms_object_calls_grow(tree object, tree size, location_t location);

/* Whether STATEMENT is the call at the beginning of a scope. */
bool ms_object_calls_is_enter(gimple *statement);

#endif
