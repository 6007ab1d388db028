/* SPDX-License-Identifier: MIT */
/*
 * The debug sections of an ELF file as libdwarf is given them: found, mapped and unpacked by
 * libelf, so that libdwarf sees no byte of the file but those of these sections.
 */
#ifndef MS_SYMBOLS_DWARF_OBJECT_H
#define MS_SYMBOLS_DWARF_OBJECT_H

#include "symbols/dwarf_shim.h"
#include "symbols/elf_file.h"

struct ms_dwarf_object;

/* Opens the DWARF of FILE, which must stay open until ms_dwarf_object_close, joined with that of
 * SUPPLEMENT (dwarf_supplement.h), which may be NULL and need not stay open. MS_NO_ENTRY: there is
 * none that libdwarf can read. MS_CORRUPT: the two cannot be joined. */
enum ms_status ms_dwarf_object_open(const struct ms_elf *file, const struct ms_elf *supplement,
                                    struct ms_dwarf_object **out, Dwarf_Debug *debug);
void ms_dwarf_object_close(struct ms_dwarf_object *object, Dwarf_Debug debug);

#endif
