/* SPDX-License-Identifier: MIT */
/*
 * Sizes, alignments, members and holes of types, as the compiler laid them out. Holes are counted
 * as pahole (dwarves) does: bytes of this struct that belong to no member, the end included, but
 * not the holes within a member. Between bit-fields only whole bytes count. The members of a union
 * have no holes; its padding is what is behind the largest.
 *
 * DWARF has no alignment but what the source asks for by name. The rest is worked out: that of the
 * members, unless their offsets or the size speak against it (a packed struct).
 */
#ifndef MS_SYMBOLS_DWARF_LAYOUT_H
#define MS_SYMBOLS_DWARF_LAYOUT_H

#include "memscope/report.h"
#include "symbols/dwarf_types.h"

/* The layout of TYPE, its members if it is a struct, class or union (also by a typedef). POINTEE:
 * of what TYPE, which is a pointer, points to. Strings and arrays live as long as the ms_dwarf.
 * False: not complete, or damaged. */
bool ms_layout_read(struct ms_types *types, struct ms_type_place type, bool pointee,
                    struct memscope_type_layout *out);

#endif
