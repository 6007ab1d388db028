/* SPDX-License-Identifier: MIT */
/* Values of a report's rows, whatever they are: as a key, and copied with all they point to.
 * Internal to merge; out of memory is kept in KEYS. */
#ifndef MS_COMPARE_MERGE_COPY_H
#define MS_COMPARE_MERGE_COPY_H

#include "compare/merge_keys.h"
#include "export/report_shape.h"

/* LIST with the value of FIELD in OBJECT behind it. */
uint32_t ms_merge_key(struct ms_keys *keys, uint32_t list, const struct ms_field *field,
                      const char *object);

/* The value of FIELD in OBJECT into OUT, a struct of the same shape. */
void ms_merge_copy_field(struct ms_keys *keys, const struct ms_field *field, const char *object,
                         char *out);

#endif
