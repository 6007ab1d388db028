/* SPDX-License-Identifier: MIT */
/*
 * The DWARF of one file: its units (compilations) and which of them an address is in. What a unit
 * has of functions and lines is read when the first address in it is asked for.
 *
 * The addresses of a unit are those of its own DIE. .debug_aranges has the same for units of GCC
 * but not for those of every compiler, and tells nothing of what it leaves out.
 */
#ifndef MS_SYMBOLS_DWARF_UNITS_H
#define MS_SYMBOLS_DWARF_UNITS_H

#include "base/status.h"
#include "symbols/address_ranges.h"
#include "symbols/dwarf_die.h"
#include "symbols/dwarf_object.h"
#include "symbols/text_pool.h"

struct ms_functions;
struct ms_lines;

struct ms_unit {
    struct ms_die_place place;
    uint64_t low;    /* base of its range lists */
    bool is_c;       /* structs are spelled with their tag, and have no functions in them */
    bool is_partial; /* made by dwz of what several units have in common */
    /* Of a partial unit, which has no language of its own: by whom it is imported. */
    bool for_c, for_others;
    size_t first_import, import_count; /* of `imports` */
    bool has_lines, has_functions;     /* they have been looked for */
    struct ms_functions *functions;    /* owned; NULL: none */
    struct ms_lines *lines;            /* owned; NULL: none */
    /* Split DWARF (dwarf_split.h). */
    const char *dwo_name, *dwo_folder; /* NULL: not split */
    const char *producer;              /* the compiler */
    uint64_t dwo_id;                   /* 0: none */
    bool looked_for_code, wrong_names;
    struct ms_dwarf *code;     /* whose DIEs the functions are: its own file's or another's */
    struct ms_unit *code_unit; /* the unit there; NULL: this one, or there is none */
    struct ms_unit *skeleton;  /* of a split unit: where its lines are, in the file `whole` */
    struct ms_dwarf *whole;
};

struct ms_dwarf {
    Dwarf_Debug debug;
    struct ms_elf file;
    struct ms_dwarf_object *object;
    unsigned address_bytes;
    bool narrow_alignment; /* i386: nothing is aligned to more than 4 bytes */
    struct ms_unit *units;
    size_t unit_count, unit_capacity;
    size_t info_count; /* those of .debug_info, which come first, by offset */
    uint32_t *imports; /* units that are imported, those of one together */
    size_t import_count, import_capacity;
    struct ms_ranges ranges; /* owner: index of the unit */
    struct ms_pool pool;     /* names that are made up of several */
    const char *path;
    struct ms_dwarf **splits; /* owned: files with the rest of units that are split */
    size_t split_count, split_capacity;
    bool looked_for_package;
    size_t missing; /* units whose rest was not found; the first is missing_name */
    const char *missing_name;
};

/* FILE, at PATH, is OUT's afterwards, on MS_OK alone. WHOLE is what OUT is split from, or NULL;
 * SUPPLEMENT what dwz has moved out of it, or NULL. MS_NO_ENTRY: no DWARF in it that libdwarf can
 * read. MS_CORRUPT: it does not go with the supplement. */
enum ms_status ms_dwarf_open(struct ms_elf *file, const char *path, Dwarf_Debug whole,
                             const struct ms_elf *supplement, struct ms_dwarf *out);
void ms_dwarf_close(struct ms_dwarf *dwarf);

/* The line table of the unit that the DIE at PLACE is in, for the names of its files; NULL: it has
 * none. */
const struct ms_lines *ms_dwarf_find_lines(struct ms_dwarf *dwarf, struct ms_die_place place);

/* The functions of the unit that the DIE at PLACE is in; NULL: it has none. */
const struct ms_functions *ms_dwarf_find_functions(struct ms_dwarf *dwarf,
                                                   struct ms_die_place place);

/* The unit of .debug_info whose own DIE is at OFFSET; MS_RANGE_NONE: there is none. */
uint32_t ms_dwarf_find_unit_at(const struct ms_dwarf *dwarf, uint64_t offset);

/* The unit that has code at ADDRESS, with its functions and lines read; NULL: none has. */
struct ms_unit *ms_dwarf_find_unit(struct ms_dwarf *dwarf, uint64_t address);

/* Adds to FOLDERS, which has COUNT of CAPACITY, the directories in which units with the source FILE
 * were compiled, NULL: all units; each once. Returns how many there are now. */
size_t ms_dwarf_find_folders(struct ms_dwarf *dwarf, const char *file, const char **folders,
                             size_t count, size_t capacity);

#endif
