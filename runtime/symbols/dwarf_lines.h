/* SPDX-License-Identifier: MIT */
/* The line table of one unit: from an address to a file and line. */
#ifndef MS_SYMBOLS_DWARF_LINES_H
#define MS_SYMBOLS_DWARF_LINES_H

#include "symbols/dwarf_units.h"

/* NULL: there is none. */
struct ms_lines *ms_lines_read(struct ms_dwarf *dwarf, const struct ms_unit *unit);
void ms_lines_destroy(struct ms_lines *lines);

struct ms_source_place {
    const char *file;      /* NULL: not known */
    uint64_t line, column; /* 0: not known (code that no line stands for) */
};

/* Where ADDRESS comes from. False: no row of the table has it. */
bool ms_lines_find(const struct ms_lines *lines, uint64_t address, struct ms_source_place *out);

/* The name of the file with that number in the table, as DW_AT_call_file gives it. As the compiler
 * was told it: not made absolute. NULL: no such file. */
const char *ms_lines_find_file(const struct ms_lines *lines, uint64_t number);

#endif
