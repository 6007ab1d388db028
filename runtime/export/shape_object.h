/* SPDX-License-Identifier: MIT */
/* Structs of a shape (report_shape.h) that are being filled in. */
#ifndef MS_EXPORT_SHAPE_OBJECT_H
#define MS_EXPORT_SHAPE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "export/report_shape.h"
#include "model/arena.h"

/* Whether the value is a list, and how large an element of it is. */
bool ms_field_is_list(const struct ms_field *field);
size_t ms_field_element_size(const struct ms_field *field);

/* Nothing of OBJECT is known, and its lists are empty. */
void ms_shape_clear(const struct ms_shape *shape, char *object);

/* Copies COUNT elements to ARENA as the list FIELD of OBJECT; its count is set by
 * ms_shape_set_counts. False: out of memory. */
bool ms_shape_set_list(const struct ms_field *field, char *object, const void *elements,
                       size_t count, struct ms_arena *arena);

/* Sets the counts of OBJECT, whose lists are all set or NULL. Several lists may share a count and
 * must then have one length: the key of one that does not is returned, NULL if all is well. */
const char *ms_shape_set_counts(const struct ms_shape *shape, char *object);

#endif
