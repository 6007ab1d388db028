/* SPDX-License-Identifier: MIT */
/*
 * One module of the measured program and the file that its names are in. Adding a module only finds
 * that file; it is read when the first name is asked for.
 */
#ifndef MS_SYMBOLS_SYMBOL_MODULE_H
#define MS_SYMBOLS_SYMBOL_MODULE_H

#include "symbols/dwarf_types.h"
#include "symbols/elf_symbols.h"
#include "symbols/symbols.h"

struct ms_symbol_module {
    uint32_t number;
    volatile uint32_t *current; /* ms_symbols_watch */
    enum ms_symbol_depth depth;
    bool unreadable_dwarf;       /* there is some, but it cannot be read */
    const char *lost_supplement; /* what dwz has moved out of it is not there; NULL: it is */
    const char *path;            /* NULL: there is no such module */
    const char *file_path;       /* where it is looked for: below the sysroot, or path */
    const struct ms_symbol_places *places;
    struct memscope_module_file file; /* path and build_id are not used */
    unsigned char build_id[MS_BUILD_ID_MAX];
    size_t build_id_size;   /* 0: not known */
    const char *dwarf_path; /* NULL: no debug information */
    bool may_fetch;         /* it has not been asked for at a server */
    const char *late_note;  /* that of the module's files, if a server has nothing better */
    bool readable;          /* the file at file_path is the one that ran */
    bool loaded;
    bool has_dwarf;
    unsigned address_bytes; /* 0: not known */
    struct ms_dwarf dwarf;
    /* Of dwarf, and once they have been asked for, of its split files. */
    struct ms_types **types;
    size_t type_count, type_capacity;
    bool has_split_types;
    struct ms_elf_symbols symbols;
    struct ms_pool pool;
};

/* Finds the files of a module. PLACES outlive it. Returns a note for people, or NULL: all names
 * will be there, or it is a library of the system, whose names are nobody's concern. */
const char *ms_symbol_module_init(struct ms_symbol_module *module,
                                  const struct ms_symbol_places *places,
                                  const struct memscope_module_file *file);
void ms_symbol_module_fini(struct ms_symbol_module *module);

/* A note of what was noticed when the files were read; NULL: none. */
const char *ms_symbol_module_note(struct ms_symbol_module *module);

/* Reads the files, the first time. Also says that this is the module that is read now. */
void ms_symbol_module_load(struct ms_symbol_module *module);

/* The types of DWARF, which is the module's or split from it. NULL: out of memory. */
struct ms_types *ms_symbol_module_types(struct ms_symbol_module *module, struct ms_dwarf *dwarf);

/* Opens all that the module's debug information is split into, for its types. */
void ms_symbol_module_load_types(struct ms_symbol_module *module);

#endif
