/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls into the runtime about objects on the stack, in the front end's trees. */
#ifndef MS_PLUGIN_OBJECT_CALLS_H
#define MS_PLUGIN_OBJECT_CALLS_H

#include "gcc_api.h"

/* SITE is of ms_sites_later; FRAME an address; OBJECT and OUTER what an enter has returned, or 0.
 * The value of an enter and of a grow is such a number. */
tree ms_object_calls_enter(tree site, tree size, tree frame, tree outer, location_t location);
tree ms_object_calls_grow(tree object, tree size, location_t location);
tree ms_object_calls_leave(tree object);

/* Whether STATEMENT is an enter. */
bool ms_object_calls_is_enter(gimple *statement);

#endif
