/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The attribute `memscope`, with an optional label; also spelled [[gnu::memscope]], [[memscope]]
 * and [[memscope::track]]. It means something on pointer variables, parameters, pointer members,
 * arrays of pointers, functions that return a pointer, arrays, structs and unions on the stack,
 * static objects, and on structs, unions and typedefs; anything else is told to the user at the
 * place where it stands.
 */
#ifndef MS_PLUGIN_ATTRIBUTE_H
#define MS_PLUGIN_ATTRIBUTE_H

#include "gcc_api.h"

/* What an annotation says. */
struct ms_annotation {
    bool present = false;
    bool has_label = false;
    std::string label;
};

/* The PLUGIN_ATTRIBUTES callback. */
void ms_attribute_register(void *event_data, void *user_data);

/* False: nothing in the unit, up to where it has been read, has the attribute. This is for not
 * looking at each variable of a large unit without annotations. */
bool ms_attribute_may_be_used(void);

/* The annotation on a variable, parameter or member; on the typedef or struct type itself. */
ms_annotation ms_attribute_of_decl(const_tree decl);
ms_annotation ms_attribute_of_type(const_tree type);

/* What was said of the variables NAME of FUNCTION. */
ms_annotation ms_attribute_of_local(const_tree function, const std::string &name);

/* Whether a function of that name has been declared with the attribute. */
bool ms_attribute_is_on_function(const char *name);

#endif
