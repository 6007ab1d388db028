/* SPDX-License-Identifier: MIT */
/*
 * The file that the debug information of a program or library was split off into, as distributions
 * do. Source of the places looked at: GDB manual, "Separate Debug Files".
 */
#ifndef MS_SYMBOLS_DEBUG_FILE_H
#define MS_SYMBOLS_DEBUG_FILE_H

#include "symbols/elf_file.h"
#include "symbols/text_pool.h"

/* By build id. The path is POOL's; NULL: there is none. */
const char *ms_debug_find_by_id(struct ms_pool *pool, const unsigned char *build_id, size_t size);

/* By .gnu_debuglink of FILE, which is at PATH. The checksum has been compared. */
const char *ms_debug_find_by_link(struct ms_pool *pool, const char *path,
                                  const struct ms_elf *file);

#endif
