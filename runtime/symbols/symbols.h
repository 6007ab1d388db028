/* SPDX-License-Identifier: MIT */
/*
 * Names and types out of ELF and DWARF, by libelf and libdwarf: for report time, never in the hot
 * path. A module that cannot be read gives a note, not an error. Input is untrusted: a corrupt file
 * gives fewer names.
 *
 * Not thread-safe: one ms_symbols in a process, one thread at a time.
 */
#ifndef MS_SYMBOLS_SYMBOLS_H
#define MS_SYMBOLS_SYMBOLS_H

#include "base/status.h"
#include "memscope/report.h"

struct ms_symbols;

/* Where the files of modules are looked for, besides the usual places (docs/symbols.md). */
struct ms_symbol_places {
    const char *sysroot;    /* NULL: none; else without a slash at its end */
    const char *debug_dirs; /* "DIR:DIR", before /usr/lib/debug; NULL: none */
    unsigned cpu_seconds;   /* of symbol_reader.h, for one request; 0: 60 */
};

/* PLACES may be NULL. What it points to must outlive OUT. */
enum ms_status ms_symbols_new(const struct ms_symbol_places *places, struct ms_symbols **out);
void ms_symbols_destroy(struct ms_symbols *symbols);

#define MS_SYMBOL_MODULE_LIMIT 65536u /* more than any process has */

/* How much of a module is read. */
enum ms_symbol_depth {
    MS_SYMBOL_DEPTH_ALL,
    MS_SYMBOL_DEPTH_SYMBOLS, /* no debug information */
    MS_SYMBOL_DEPTH_NOTHING,
};

/* For module NUMBER, before it is added. */
void ms_symbols_limit(struct ms_symbols *symbols, uint32_t number, enum ms_symbol_depth depth);

/* Keeps in *CURRENT which module is read. */
void ms_symbols_watch(struct ms_symbols *symbols, volatile uint32_t *current);

/* Where a relative name of a source file may begin: the directories in which FILE was compiled, by
 * that name, else (a header) in which anything was. Each once, CAPACITY at most, into FOLDERS;
 * returns how many. They live as long as SYMBOLS. */
size_t ms_symbols_find_folders(struct ms_symbols *symbols, const char *file, const char **folders,
                               size_t capacity);

/* A resolver over SYMBOLS, which must outlive it. */
struct memscope_resolver ms_symbols_resolver(struct ms_symbols *symbols);

#endif
