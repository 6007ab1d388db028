/* SPDX-License-Identifier: MIT */
/* The functions of one unit and what was inlined into them: from an address to a chain of names. */
#ifndef MS_SYMBOLS_DWARF_FUNCTIONS_H
#define MS_SYMBOLS_DWARF_FUNCTIONS_H

#include "symbols/dwarf_units.h"

/* Deeper chains lose their innermost frames. */
#define MS_INLINE_LIMIT 128

/* One function, or one inlined call of a function. */
struct ms_scope {
    struct ms_die_place place;
    const char *name; /* NULL: not looked for, or not known */
    uint32_t end;     /* the scopes from this one on and before END are within this one */
    uint32_t first_range, range_count;
    /* Where it was called; file number of the unit's line table. */
    uint32_t call_file, call_line, call_column;
    bool inlined;
    bool named; /* name has been looked for */
};

/* NULL: out of memory or damaged. */
struct ms_functions *ms_functions_read(struct ms_dwarf *dwarf, const struct ms_unit *unit);
void ms_functions_destroy(struct ms_functions *functions);

/* The scopes that ADDRESS is in, outermost first, with their names. Returns how many, at most
 * MS_INLINE_LIMIT; 0: in no function. */
size_t ms_functions_find(struct ms_functions *functions, struct ms_dwarf *dwarf, uint64_t address,
                         const struct ms_scope *chain[MS_INLINE_LIMIT]);

#endif
