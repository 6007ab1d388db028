/* SPDX-License-Identifier: MIT */
/*
 * Split DWARF (-gsplit-dwarf): a program's own units are skeletons with lines, and the rest is in a
 * .dwo file for each, or in one .dwp file. Source: DWARF 5, 7.3.2, and for DWARF 4 GCC's "Debug
 * Fission".
 */
#ifndef MS_SYMBOLS_DWARF_SPLIT_H
#define MS_SYMBOLS_DWARF_SPLIT_H

#include "symbols/dwarf_units.h"

/* Notes in UNIT what its DIE says of a file with the rest. */
void ms_split_read(struct ms_dwarf *dwarf, struct ms_unit *unit, Dwarf_Die die,
                   const Dwarf_Sig8 *signature, Dwarf_Half kind);

/* Finds the file with the rest of UNIT, if it is a skeleton, the first time, and opens it: sets
 * `code` and `code_unit`. The file is the one that UNIT names, there or beside DWARF's own, or
 * DWARF's with .dwp. */
void ms_split_open(struct ms_dwarf *dwarf, struct ms_unit *unit);

#endif
