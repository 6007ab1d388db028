/* SPDX-License-Identifier: MIT */
#include "symbols/dwarf_object.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "symbols/dwarf_die.h"
#include "symbols/dwarf_supplement.h"
#include "symbols/zstd.h"

struct s_section {
    const char *name; /* as if it were not packed; "": none of libdwarf's business */
    char *own_name;   /* NULL: the file's */
    uint64_t size;    /* unpacked */
    Elf_Scn *section;
    bool packed, old_packed, zstd_packed;
    unsigned char *bytes; /* ours: of zstd, or joined with the supplement's; NULL: the file's */
};

struct ms_dwarf_object {
    struct s_section *sections;
    size_t count;
    uint64_t total;
    bool big_endian;
    Dwarf_Small address_bytes;
    ms_shim_object shim;
};

/* ".zdebug_info": "ZLIB" and the size, before compressed sections were part of ELF. */
static bool s_read_old_size(struct s_section *section) {
    Elf_Data *data = elf_rawdata(section->section, NULL);
    if (data == NULL || data->d_buf == NULL)
        return false;
    section->size = data->d_size;
    if (data->d_size >= 12 && memcmp(data->d_buf, "ZLIB", 4) == 0) {
        section->size = 0;
        for (int i = 4; i < 12; i++)
            section->size = section->size << 8 | ((const unsigned char *)data->d_buf)[i];
        section->packed = section->old_packed = true;
    }
    section->own_name = strdup(section->name + 1);
    if (section->own_name == NULL)
        return false;
    section->own_name[0] = '.';
    section->name = section->own_name;
    return true;
}

/* Sections that are larger than UNPACKED_LIMIT when they are unpacked are left out. */
static void s_read_section(struct s_section *out, Elf_Scn *section, const char *name) {
    GElf_Shdr header;
    GElf_Chdr packed;
    if (gelf_getshdr(section, &header) == NULL || header.sh_type == SHT_NOBITS || name == NULL)
        return;
    struct s_section found = {.name = name, .size = header.sh_size, .section = section};
    if (strncmp(name, ".zdebug_", 8) == 0) {
        if (!s_read_old_size(&found))
            return;
    } else if (strncmp(name, ".debug_", 7) != 0) {
        return;
    } else if ((header.sh_flags & SHF_COMPRESSED) != 0) {
        if (gelf_getchdr(section, &packed) == NULL)
            return;
        found.packed = true;
        found.zstd_packed = packed.ch_type == ELFCOMPRESS_ZSTD;
        found.size = packed.ch_size;
    }
    if (found.packed && found.size > MS_ELF_UNPACKED_LIMIT) {
        free(found.own_name);
        return;
    }
    *out = found;
}

static bool s_read_sections(struct ms_dwarf_object *object, const struct ms_elf *file) {
    size_t names, count;
    if (elf_getshdrstrndx(file->elf, &names) != 0 || elf_getshdrnum(file->elf, &count) != 0 ||
        count >= SHN_LORESERVE)
        return false;
    object->sections = calloc(count + 1 + MS_SUPPLEMENT_SECTIONS, sizeof(*object->sections));
    if (object->sections == NULL)
        return false;
    object->count = count;
    for (size_t i = 0; i < count + MS_SUPPLEMENT_SECTIONS; i++)
        object->sections[i].name = "";
    for (Elf_Scn *at = NULL; (at = elf_nextscn(file->elf, at)) != NULL;) {
        GElf_Shdr header;
        size_t index = elf_ndxscn(at);
        if (index >= count || gelf_getshdr(at, &header) == NULL)
            continue;
        s_read_section(&object->sections[index], at, elf_strptr(file->elf, names, header.sh_name));
        if (!ms_checked_add(object->total, object->sections[index].size, &object->total))
            return false;
    }
    return true;
}

/* ---- what libdwarf calls ---- */

static int s_get_info(void *context, ms_shim_index index, ms_shim_section *out, int *error) {
    const struct ms_dwarf_object *object = context;
    (void)error;
    if (index >= object->count)
        return DW_DLV_NO_ENTRY;
    ms_shim_fill_section(out, object->sections[index].name, object->sections[index].size);
    return DW_DLV_OK;
}

static ms_shim_order s_get_order(void *context) {
    const struct ms_dwarf_object *object = context;
    return object->big_endian ? MS_SHIM_BIG_ENDIAN : MS_SHIM_LITTLE_ENDIAN;
}

static Dwarf_Small s_get_offset_size(void *context) {
    (void)context;
    return 4; /* what sections without a length of their own have */
}

static Dwarf_Small s_get_address_size(void *context) {
    return ((const struct ms_dwarf_object *)context)->address_bytes;
}

static Dwarf_Unsigned s_get_count(void *context) {
    return ((const struct ms_dwarf_object *)context)->count;
}

/* libdwarf compares sizes of sections with it, which are unpacked here. */
__attribute__((unused)) /* not by 20210528 */ static Dwarf_Unsigned s_get_file_size(void *context) {
    return ((const struct ms_dwarf_object *)context)->total + 1;
}

static int s_load(void *context, ms_shim_index index, Dwarf_Small **out, int *error) {
    struct ms_dwarf_object *object = context;
    *error = DW_DLE_SECTION_ERROR;
    if (index >= object->count || object->sections[index].size == 0)
        return DW_DLV_NO_ENTRY;
    struct s_section *section = &object->sections[index];
    if (section->bytes == NULL && section->zstd_packed) {
        section->bytes = ms_zstd_unpack(section->section, section->size);
        if (section->bytes == NULL)
            return DW_DLV_ERROR;
    }
    if (section->bytes != NULL) {
        *out = section->bytes;
        *error = 0;
        return DW_DLV_OK;
    }
    if (section->packed && (section->old_packed ? elf_compress_gnu(section->section, 0, 0)
                                                : elf_compress(section->section, 0, 0)) < 0)
        return DW_DLV_ERROR;
    section->packed = false;
    Elf_Data *data = elf_rawdata(section->section, NULL);
    if (data == NULL || data->d_buf == NULL || data->d_size < section->size)
        return DW_DLV_ERROR;
    *out = data->d_buf;
    *error = 0;
    return DW_DLV_OK;
}

static const ms_shim_methods s_methods =
    MS_SHIM_METHODS(s_get_info, s_get_order, s_get_offset_size, s_get_address_size, s_get_file_size,
                    s_get_count, s_load);

static void s_destroy(struct ms_dwarf_object *object) {
    for (size_t i = 0; i < object->count; i++) {
        free(object->sections[i].own_name);
        free(object->sections[i].bytes);
    }
    free(object->sections);
    free(object);
}

/* ---- a file with a supplement ---- */

static const char *const s_joined_names[MS_SUPPLEMENT_SECTIONS] = {
    [MS_SUPPLEMENT_INFO] = ".debug_info",         [MS_SUPPLEMENT_ABBREV] = ".debug_abbrev",
    [MS_SUPPLEMENT_STR] = ".debug_str",           [MS_SUPPLEMENT_LINE] = ".debug_line",
    [MS_SUPPLEMENT_LINE_STR] = ".debug_line_str",
};

/* The section NAME of OBJECT with its bytes. They are NULL where it has none. */
static struct s_section *s_find(struct ms_dwarf_object *object, const char *name,
                                const unsigned char **bytes, uint64_t *size) {
    *bytes = NULL;
    *size = 0;
    for (size_t i = 0; i < object->count; i++) {
        Dwarf_Small *loaded;
        int error;
        if (strcmp(object->sections[i].name, name) != 0)
            continue;
        if (s_load(object, (ms_shim_index)i, &loaded, &error) == DW_DLV_OK) {
            *bytes = loaded;
            *size = object->sections[i].size;
        }
        return &object->sections[i];
    }
    return NULL;
}

static bool s_join(struct ms_dwarf_object *object, struct ms_dwarf_object *supplement) {
    struct ms_joined_section joined[MS_SUPPLEMENT_SECTIONS] = {0};
    struct s_section *own[MS_SUPPLEMENT_SECTIONS];
    for (int i = 0; i < MS_SUPPLEMENT_SECTIONS; i++) {
        own[i] = s_find(object, s_joined_names[i], &joined[i].first, &joined[i].first_size);
        s_find(supplement, s_joined_names[i], &joined[i].second, &joined[i].second_size);
    }
    if (object->big_endian != supplement->big_endian ||
        !ms_supplement_join(joined, object->big_endian))
        return false;
    for (int i = 0; i < MS_SUPPLEMENT_SECTIONS; i++) {
        if (own[i] == NULL) { /* s_read_sections has left room */
            own[i] = &object->sections[object->count++];
            own[i]->name = s_joined_names[i];
        }
        free(own[i]->bytes);
        own[i]->bytes = joined[i].joined;
        own[i]->size = joined[i].first_size + joined[i].second_size;
        object->total += joined[i].second_size;
    }
    return true;
}

static bool s_join_file(struct ms_dwarf_object *object, const struct ms_elf *file) {
    struct ms_dwarf_object *supplement = calloc(1, sizeof(*supplement));
    if (supplement == NULL)
        return false;
    supplement->big_endian = elf_getident(file->elf, NULL)[EI_DATA] == ELFDATA2MSB;
    bool good = s_read_sections(supplement, file) && s_join(object, supplement);
    s_destroy(supplement);
    return good;
}

enum ms_status ms_dwarf_object_open(const struct ms_elf *file, const struct ms_elf *supplement,
                                    struct ms_dwarf_object **out, Dwarf_Debug *debug) {
    struct ms_dwarf_object *object = calloc(1, sizeof(*object));
    if (object == NULL)
        return MS_NO_MEMORY;
    object->big_endian = elf_getident(file->elf, NULL)[EI_DATA] == ELFDATA2MSB;
    object->address_bytes = (Dwarf_Small)file->address_bytes;
    object->shim = MS_SHIM_OBJECT(object, &s_methods);
    Dwarf_Error error = NULL;
    *debug = NULL;
    int result = DW_DLV_NO_ENTRY;
    bool good = s_read_sections(object, file);
    if (good && supplement != NULL && !s_join_file(object, supplement)) {
        s_destroy(object);
        return MS_CORRUPT;
    }
    if (good)
        result = ms_shim_open(&object->shim, debug, &error);
    if (!ms_die_ok(*debug, result, error)) {
        *debug = NULL;
        s_destroy(object);
        return MS_NO_ENTRY;
    }
    *out = object;
    return MS_OK;
}

void ms_dwarf_object_close(struct ms_dwarf_object *object, Dwarf_Debug debug) {
    ms_shim_close(debug);
    s_destroy(object);
}
