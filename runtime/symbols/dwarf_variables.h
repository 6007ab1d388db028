/* SPDX-License-Identifier: MIT */
/* The declared types of variables, by the name that some code calls them by. */
#ifndef MS_SYMBOLS_DWARF_VARIABLES_H
#define MS_SYMBOLS_DWARF_VARIABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "symbols/dwarf_types.h"

/* UNIT, of TYPES, has code at ADDRESS, and its functions are read. The C spelling of the type of
 * the variable that code at ADDRESS means by NAME, the nearest one: a local variable or parameter,
 * else one of the unit. With POINTED_TO, of what it points to; NULL where it is no pointer. It
 * lives as long as the ms_dwarf. NULL: not known. */
const char *ms_variables_find_type(struct ms_types *types, const struct ms_unit *unit,
                                   uint64_t address, const char *name, bool pointed_to);

#endif
