/* SPDX-License-Identifier: MIT */
/* The functions in an ELF file's symbol table, for addresses that DWARF has no name for. */
#ifndef MS_SYMBOLS_ELF_SYMBOLS_H
#define MS_SYMBOLS_ELF_SYMBOLS_H

#include "symbols/elf_file.h"
#include "symbols/text_pool.h"

struct ms_elf_symbol {
    uint64_t low, high; /* high: end of the symbol, or of its section when its size is not told */
    const char *name;   /* as it stands in the file, until it is asked for */
    bool demangled;
    unsigned char rank; /* of those at one address the lowest is the name people know */
};

struct ms_elf_symbols {
    struct ms_elf_symbol *items; /* by low, one for each */
    size_t count, capacity;
};

/* Adds .symtab of FILE, else .dynsym. Names are POOL's; FILE may be closed afterwards. */
void ms_elf_symbols_read(struct ms_elf_symbols *symbols, struct ms_pool *pool,
                         const struct ms_elf *file);
void ms_elf_symbols_fini(struct ms_elf_symbols *symbols);

/* The function at ADDRESS, C++ names demangled; NULL: there is none. The name is POOL's. */
const char *ms_elf_symbols_find(struct ms_elf_symbols *symbols, struct ms_pool *pool,
                                uint64_t address);

#endif
