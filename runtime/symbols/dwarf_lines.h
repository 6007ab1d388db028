/* SPDX-License-Identifier: MIT */
/* The line table of one unit: from an address to a file and line. */
#ifndef MS_SYMBOLS_DWARF_LINES_H
#define MS_SYMBOLS_DWARF_LINES_H

#include "symbols/dwarf_units.h"

/* NULL: there is none. */
struct ms_lines *ms_lines_read(struct ms_dwarf *dwarf, const struct ms_unit *unit);
void ms_lines_destroy(struct ms_lines *lines);

/* The file and line of ADDRESS. False: no row of the table has it. *FILE may be NULL and *LINE 0
 * (code that no line stands for). */
bool ms_lines_find(const struct ms_lines *lines, uint64_t address, const char **file,
                   uint64_t *line);

/* The name of the file with that number in the table, as DW_AT_call_file gives it. As the compiler
 * was told it: not made absolute. NULL: no such file. */
const char *ms_lines_find_file(const struct ms_lines *lines, uint64_t number);

#endif
