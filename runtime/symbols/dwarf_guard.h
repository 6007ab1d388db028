/* SPDX-License-Identifier: MIT */
/*
 * Keeps files away from libdwarf 20210528 that it frees memory twice on: those with a damaged
 * header in .debug_rnglists, all of which it reads before anything else. Found by changing bytes of
 * a program; later releases do not.
 */
#ifndef MS_SYMBOLS_DWARF_GUARD_H
#define MS_SYMBOLS_DWARF_GUARD_H

#include "symbols/elf_file.h"

/* Whether libdwarf may read FILE. */
bool ms_guard_allows(const struct ms_elf *file);

#endif
