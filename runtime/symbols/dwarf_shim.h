/* SPDX-License-Identifier: MIT */
/*
 * The two libdwarfs: 20210528 (Debian 12) and 0.4 or later (Debian 13 has 0.11). Only this header
 * tells them apart; DW_LIBDWARF_VERSION is defined since 0.1.
 */
#ifndef MS_SYMBOLS_DWARF_SHIM_H
#define MS_SYMBOLS_DWARF_SHIM_H

#include <dwarf.h>
#include <libdwarf.h>
#include <stddef.h>

#ifdef DW_LIBDWARF_VERSION

/* Whether a line program of DWARF 5 is run with file 0 to begin with, and not 1 as the standard has
 * it (6.2.2). Seen in 20210528: a unit that begins with code of an included file. */
#    define MS_SHIM_FILE_BEGINS_AT_0 0

/* Whether ms_guard_allows has to look (dwarf_guard.h). */
#    define MS_SHIM_FREES_LISTS_TWICE 0

static inline int ms_shim_open(int fd, Dwarf_Debug *debug, Dwarf_Error *error) {
    return dwarf_init_b(fd, DW_GROUPNUMBER_ANY, NULL, NULL, debug, error);
}

static inline void ms_shim_close(Dwarf_Debug debug) {
    dwarf_finish(debug);
}

static inline void ms_shim_free_ranges(Dwarf_Debug debug, Dwarf_Ranges *ranges, Dwarf_Signed n) {
    dwarf_dealloc_ranges(debug, ranges, n);
}

#else

#    define MS_SHIM_FILE_BEGINS_AT_0  1
#    define MS_SHIM_FREES_LISTS_TWICE 1

static inline int ms_shim_open(int fd, Dwarf_Debug *debug, Dwarf_Error *error) {
    return dwarf_init_b(fd, DW_DLC_READ, DW_GROUPNUMBER_ANY, NULL, NULL, debug, error);
}

static inline void ms_shim_close(Dwarf_Debug debug) {
    Dwarf_Error error = NULL;
    dwarf_finish(debug, &error);
}

static inline void ms_shim_free_ranges(Dwarf_Debug debug, Dwarf_Ranges *ranges, Dwarf_Signed n) {
    dwarf_ranges_dealloc(debug, ranges, n);
}

#endif
#endif
