/* SPDX-License-Identifier: MIT */
/* The C spelling of a type: "struct node *", "int[16]", "void (*)(int)". */
#ifndef MS_SYMBOLS_DWARF_SPELL_H
#define MS_SYMBOLS_DWARF_SPELL_H

#include "symbols/dwarf_types.h"

/* The spelling of the DW_AT_type of DIE (a member, say); it lives as long as the ms_dwarf. A struct
 * without a name is "struct {...}". NULL: damaged, or too long to be useful. */
const char *ms_spell_type_of(struct ms_types *types, Dwarf_Die die, bool is_c);

#endif
