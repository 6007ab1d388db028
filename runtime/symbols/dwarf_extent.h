/* SPDX-License-Identifier: MIT */
/* How large types are, and on what they are aligned. */
#ifndef MS_SYMBOLS_DWARF_EXTENT_H
#define MS_SYMBOLS_DWARF_EXTENT_H

#include "symbols/dwarf_types.h"

/* Larger sizes and offsets are those of damaged files; sums of smaller ones never overflow. */
#define MS_EXTENT_LIMIT (UINT64_C(1) << 56)

/* Structs in structs, arrays of arrays: no sane type has more. */
#define MS_EXTENT_DEPTH_LIMIT 64

/* The size and alignment of the type DIE, DEPTH types within the one asked for. False: incomplete,
 * of variable size, or damaged. */
bool ms_extent_measure(struct ms_types *types, Dwarf_Die die, int depth,
                       struct ms_type_extent *out);

/* Raises ALIGNMENT to what the source asks for at DIE, a type or member. */
void ms_extent_take_asked(Dwarf_Debug debug, Dwarf_Die die, uint64_t *alignment);

/* Follows typedefs and qualifiers. Frees *DIE and puts the type behind them there; NULL: none. */
void ms_extent_strip(Dwarf_Debug debug, Dwarf_Die *die);

#endif
