/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The global and static objects that the unit defines, annotated or (track=all) all, before/after:
 *
 *     static MEMSCOPE int table[16];          and a site record that says so; no code
 *
 * Only what is left when all functions have been looked through, and what the source names: no
 * string literals, no tables of virtual functions. A record does not refer to its object, so an
 * object that GCC drops later (all of its uses are folded) goes, and its record stays.
 *
 * Position: in front of "*free_lang_data", the first pass for the whole unit, with the front end's
 * data in place, so that the list is the same at all levels of optimization.
 */
#ifndef MS_PLUGIN_STATIC_OBJECTS_H
#define MS_PLUGIN_STATIC_OBJECTS_H

#include "gcc_api.h"

opt_pass *ms_static_objects_pass_new(void);

#endif
