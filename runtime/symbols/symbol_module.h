/* SPDX-License-Identifier: MIT */
/*
 * One module of the measured program and the file that its names are in. Adding a module only finds
 * that file; it is read when the first name is asked for.
 */
#ifndef MS_SYMBOLS_SYMBOL_MODULE_H
#define MS_SYMBOLS_SYMBOL_MODULE_H

#include "symbols/dwarf_types.h"
#include "symbols/elf_symbols.h"

struct ms_symbol_module {
    const char *path; /* NULL: there is no such module */
    unsigned char build_id[MS_BUILD_ID_MAX];
    size_t build_id_size;   /* 0: not known */
    const char *dwarf_path; /* NULL: no debug information */
    bool readable;          /* the file at path is the one that ran */
    bool loaded;
    bool has_dwarf;
    unsigned address_bytes; /* 0: not known */
    int fd;                 /* of dwarf_path, while has_dwarf */
    struct ms_dwarf dwarf;
    struct ms_types types;
    struct ms_elf_symbols symbols;
    struct ms_pool pool;
};

/* Finds the files of a module. Returns a note for people, or NULL: all names will be there, or it
 * is a library of the system, whose names are nobody's concern. */
const char *ms_symbol_module_init(struct ms_symbol_module *module, const char *path,
                                  const unsigned char *build_id, size_t build_id_size);
void ms_symbol_module_fini(struct ms_symbol_module *module);

/* Reads the files, the first time. */
void ms_symbol_module_load(struct ms_symbol_module *module);

#endif
