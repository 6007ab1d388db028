/* SPDX-License-Identifier: MIT */
#include "symbols/dwarf_guard.h"

#include <string.h>

#include "symbols/byte_cursor.h"
#include "symbols/dwarf_shim.h"

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

static bool s_unpack(Elf_Scn *section, const GElf_Shdr *header, const char *name) {
    GElf_Chdr packed;
    if (name[1] == 'z')
        return elf_compress_gnu(section, 0, 0) >= 0;
    if ((header->sh_flags & SHF_COMPRESSED) == 0)
        return true;
    return gelf_getchdr(section, &packed) != NULL && packed.ch_size <= UNPACKED_LIMIT &&
           elf_compress(section, 0, 0) >= 0;
}

static bool s_lists_are_whole(const struct ms_elf *file, Elf_Scn *section, const GElf_Shdr *header,
                              const char *name) {
    if (!s_unpack(section, header, name))
        return false;
    Elf_Data *data = elf_rawdata(section, NULL);
    if (data == NULL)
        return false;
    struct ms_cursor cursor = {.bytes = data->d_buf,
                               .size = data->d_buf != NULL ? data->d_size : 0,
                               .big_endian = elf_getident(file->elf, NULL)[EI_DATA] == ELFDATA2MSB};
    while (cursor.at < cursor.size) {
        if (!s_is_whole(&cursor))
            return false;
    }
    return true;
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
