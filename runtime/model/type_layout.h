/* SPDX-License-Identifier: MIT */
/* Layouts of the types of sites, as the compilation that a site is in has them. Internal to model/.
 */
#ifndef MS_MODEL_TYPE_LAYOUT_H
#define MS_MODEL_TYPE_LAYOUT_H

#include "model/build.h"

/* The layout of the type of SITE into OUT, NULL: not known, or of another size than the compiler
 * said. It is the report's; its strings are valid UTF-8. MS_OK or MS_NO_MEMORY. */
enum ms_status ms_type_layout_find(struct ms_build *build, const struct ms_build_site *site,
                                   const struct memscope_type_layout **out);

/* Whether objects of both are laid out alike: size, and the names and places of members. Types of
 * members are spelled otherwise in C++ than in C. */
bool ms_type_layout_is_same(const struct memscope_type_layout *a,
                            const struct memscope_type_layout *b);

/* Whether objects of it are as large as there is room for: it ends with a flexible array, or with
 * "T x[1]", as was written before C had those. */
bool ms_type_layout_is_open(const struct memscope_type_layout *layout);

#endif
