/* SPDX-License-Identifier: MIT */
#include "symbols/dwarf_guard.h"

#include <stdlib.h>
#include <string.h>

#include "symbols/byte_cursor.h"
#include "symbols/dwarf_shim.h"
#include "symbols/zstd.h"

#define UNPACKED_LIMIT (UINT64_C(1) << 30)

/* One header and its table of offsets; goes on to the next. Source: DWARF 5, 7.28. */
static bool s_is_whole(struct ms_cursor *cursor) {
    unsigned offset_size = 4;
    uint64_t length = ms_cursor_take(cursor, 4);
    if (length == UINT32_MAX) {
        offset_size = 8;
        length = ms_cursor_take(cursor, 8);
    }
    uint64_t start = cursor->at, table = 0;
    uint64_t version = ms_cursor_take(cursor, 2), address_size = ms_cursor_take(cursor, 1);
    uint64_t selector_size = ms_cursor_take(cursor, 1), count = ms_cursor_take(cursor, 4);
    if (cursor->failed || version != 5 || (address_size != 4 && address_size != 8) ||
        selector_size != 0 || !ms_checked_range(start, length, cursor->size) ||
        !ms_checked_mul(count, offset_size, &table) || length < 8 || table > length - 8)
        return false;
    cursor->at = start + length;
    return true;
}

/* The bytes of SECTION, unpacked; *OWN is to be freed. NULL: they cannot be had. */
static const unsigned char *s_load(Elf_Scn *section, const GElf_Shdr *header, const char *name,
                                   uint64_t *size, unsigned char **own) {
    GElf_Chdr packed;
    *own = NULL;
    if (name[1] == 'z') {
        if (elf_compress_gnu(section, 0, 0) < 0)
            return NULL;
    } else if ((header->sh_flags & SHF_COMPRESSED) != 0) {
        if (gelf_getchdr(section, &packed) == NULL || packed.ch_size > UNPACKED_LIMIT)
            return NULL;
        *size = packed.ch_size;
        if (packed.ch_type == ELFCOMPRESS_ZSTD)
            return *own = ms_zstd_unpack(section, packed.ch_size);
        if (elf_compress(section, 0, 0) < 0)
            return NULL;
    }
    const Elf_Data *data = elf_rawdata(section, NULL);
    if (data == NULL)
        return NULL;
    *size = data->d_size;
    return data->d_buf;
}

static bool s_lists_are_whole(const struct ms_elf *file, Elf_Scn *section, const GElf_Shdr *header,
                              const char *name) {
    unsigned char *own;
    struct ms_cursor cursor = {.big_endian = elf_getident(file->elf, NULL)[EI_DATA] == ELFDATA2MSB};
    cursor.bytes = s_load(section, header, name, &cursor.size, &own);
    bool good = cursor.bytes != NULL || header->sh_size == 0;
    while (good && cursor.at < cursor.size)
        good = s_is_whole(&cursor);
    free(own);
    return good;
}

bool ms_guard_allows(const struct ms_elf *file) {
    size_t names;
    if (!MS_SHIM_FREES_LISTS_TWICE || elf_getshdrstrndx(file->elf, &names) != 0)
        return true;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(file->elf, section)) != NULL;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == NULL || header.sh_type == SHT_NOBITS)
            continue;
        const char *name = elf_strptr(file->elf, names, header.sh_name);
        if (name != NULL &&
            (strcmp(name, ".debug_rnglists") == 0 || strcmp(name, ".zdebug_rnglists") == 0 ||
             strcmp(name, ".debug_rnglists.dwo") == 0) &&
            !s_lists_are_whole(file, section, &header, name))
            return false;
    }
    return true;
}
