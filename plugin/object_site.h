/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the records of objects that are tracked themselves, on the stack or static, have in common.
 */
#ifndef MS_PLUGIN_OBJECT_SITE_H
#define MS_PLUGIN_OBJECT_SITE_H

#include "attribute.h"
#include "sites.h"

/* Whether the argument `types` leaves objects of TYPE in. */
bool ms_object_site_is_wanted(tree type);

/* The site of the variable DECL, declared in FUNCTION (NULL_TREE: in none). */
ms_site ms_object_site(uint8_t kind, tree decl, tree function, const ms_annotation &annotation);

#endif
