/* SPDX-License-Identifier: MIT */
/*
 * The files of a module: where it is itself, and the file that its debug information was split off
 * into, as distributions do. Source of the places looked at: GDB manual, "Separate Debug Files".
 */
#ifndef MS_SYMBOLS_DEBUG_FILE_H
#define MS_SYMBOLS_DEBUG_FILE_H

#include "symbols/elf_file.h"
#include "symbols/symbols.h"
#include "symbols/text_pool.h"

/* PATH below the sysroot of PLACES if there is such a file, else PATH. NULL: out of memory. */
const char *ms_debug_find_module(struct ms_pool *pool, const struct ms_symbol_places *places,
                                 const char *path);

/* By build id. The path is POOL's; NULL: there is none. */
const char *ms_debug_find_by_id(struct ms_pool *pool, const struct ms_symbol_places *places,
                                const unsigned char *build_id, size_t size);

/* By .gnu_debuglink of FILE, which is at PATH. The checksum has been compared. */
const char *ms_debug_find_by_link(struct ms_pool *pool, const struct ms_symbol_places *places,
                                  const char *path, const struct ms_elf *file);

/* From a debuginfod server (debuginfod.h), for WHY, too. */
const char *ms_debug_fetch(struct ms_pool *pool, const unsigned char *build_id, size_t size,
                           const char **why);

/* The supplement (dwz) of FILE, which is at PATH and names one; opened in *OUT. False: it is not
 * found, or that of another build. */
bool ms_debug_open_supplement(struct ms_pool *pool, const struct ms_symbol_places *places,
                              const char *path, const struct ms_elf *file, struct ms_elf *out);

#endif
