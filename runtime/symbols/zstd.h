/* SPDX-License-Identifier: MIT */
/*
 * Sections that are packed with zstd (-gz=zstd), which the libelf of Debian 12 does not know. The
 * library that unpacks them is loaded when it is first needed: dpkg needs it, so Debian has it.
 */
#ifndef MS_SYMBOLS_ZSTD_H
#define MS_SYMBOLS_ZSTD_H

#include <gelf.h>
#include <stdbool.h>

#ifndef ELFCOMPRESS_ZSTD
#    define ELFCOMPRESS_ZSTD 2
#endif

/* The SIZE bytes of SECTION, which is packed so; malloc'ed. NULL: it is damaged, there is no
 * library, or out of memory. */
unsigned char *ms_zstd_unpack(Elf_Scn *section, uint64_t size);

#endif
