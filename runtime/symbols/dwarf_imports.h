/* SPDX-License-Identifier: MIT */
/*
 * Partial units: dwz makes one of what several units have in common, and has them import it. It may
 * import others. Source: DWARF 5, E.1.
 */
#ifndef MS_SYMBOLS_DWARF_IMPORTS_H
#define MS_SYMBOLS_DWARF_IMPORTS_H

#include "symbols/dwarf_units.h"

/* Reads which units of DWARF import which, if there are partial ones. */
void ms_imports_read(struct ms_dwarf *dwarf);

/* The unit INDEX and all that it imports, each once, in *OUT, which the caller frees. Returns how
 * many; less when out of memory. */
size_t ms_imports_list(const struct ms_dwarf *dwarf, uint32_t index, uint32_t **out);

#endif
