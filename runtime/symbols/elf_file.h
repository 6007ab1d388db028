/* SPDX-License-Identifier: MIT */
/* One ELF file, open for reading by libelf, and what a reader of names must know of it. */
#ifndef MS_SYMBOLS_ELF_FILE_H
#define MS_SYMBOLS_ELF_FILE_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define MS_BUILD_ID_MAX 64u
/* A section that is larger once it is unpacked is not. */
#define MS_ELF_UNPACKED_LIMIT (UINT64_C(1) << 31)

struct ms_elf {
    int fd;
    Elf *elf;
    uint16_t machine;
    unsigned address_bytes; /* 4 or 8 */
    bool program;           /* an executable, not a shared library */
    bool has_dwarf;
    bool has_symtab;
    int64_t modified_ns; /* when, since the epoch */
    uint64_t size, inode;
    size_t build_id_size; /* 0: it has none */
    unsigned char build_id[MS_BUILD_ID_MAX];
};

/* MS_NOT_FOUND, MS_PERMISSION, MS_IO; MS_UNSUPPORTED when it is not an ELF file. */
enum ms_status ms_elf_open(const char *path, struct ms_elf *out);
void ms_elf_close(struct ms_elf *file);

/* Whether FILE is the one that had BUILD_ID. True when that is not known (SIZE is 0). */
bool ms_elf_is_build(const struct ms_elf *file, const unsigned char *build_id, size_t size);

/* The name and checksum of the file that .gnu_debuglink says the debug information is in. NAME is
 * valid until FILE is closed. Source: GDB manual, "Separate Debug Files". */
bool ms_elf_find_debuglink(const struct ms_elf *file, const char **name, uint32_t *crc);

/* The name and the build id of the file that dwz has moved a part of FILE's debug information into
 * (.gnu_debugaltlink, or .debug_sup of DWARF 5). Both are valid until FILE is closed. */
bool ms_elf_find_supplement(const struct ms_elf *file, const char **name, const unsigned char **id,
                            size_t *id_size);

/* Whether FILE is the supplement that is known by ID. */
bool ms_elf_is_supplement(const struct ms_elf *file, const unsigned char *id, size_t id_size);

#endif
