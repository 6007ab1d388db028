/* SPDX-License-Identifier: MIT */
/* The fields of a section's rows, out of the shape that the exporters write by. */
#ifndef MS_CLI_VIEW_FIELD_H
#define MS_CLI_VIEW_FIELD_H

#include <stdbool.h>

#include "export/report_shape.h"

struct ms_view;

/* NULL: SHAPE has no such key. */
const struct ms_field *ms_view_find_field(const struct ms_shape *shape, const char *key);

/* The field of the report that holds the rows of VIEW. */
const struct ms_field *ms_view_section(const struct ms_view *view);

/* False when the field of ROW has no number, or one that is not known. */
bool ms_view_number(const struct ms_field *field, const char *row, double *number);

/* What an optional field of ROW points to; NULL: nothing, or the field is another. */
const void *ms_view_optional(const struct ms_field *field, const char *row);

/* NULL when the field of ROW has no text. */
const char *ms_view_string(const struct ms_field *field, const char *row);

bool ms_view_is_sortable(const struct ms_field *field);

#endif
