/* SPDX-License-Identifier: MIT */
#include "symbols/elf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "symbols/byte_cursor.h"

static enum ms_status s_open(const char *path, struct ms_elf *out) {
    /* O_NONBLOCK: a path of an untrusted journal may name a pipe or a device. */
    int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (opened < 0) {
        if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG)
            return MS_NOT_FOUND;
        return errno == EACCES || errno == EPERM ? MS_PERMISSION : MS_IO;
    }
    struct stat info;
    if (fstat(opened, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(opened);
        return MS_UNSUPPORTED;
    }
    out->fd = opened;
    out->size = (uint64_t)info.st_size;
    out->inode = info.st_ino;
    out->modified_ns = info.st_mtim.tv_sec * INT64_C(1000000000) + info.st_mtim.tv_nsec;
    return MS_OK;
}

/* The GNU build id among the notes of DATA. Source: gABI "Note Section". */
static void s_take_build_id(Elf_Data *data, struct ms_elf *out) {
    size_t at = 0;
    while (data != NULL && at < data->d_size) {
        GElf_Nhdr note;
        size_t name, content;
        size_t next = gelf_getnote(data, at, &note, &name, &content);
        if (next <= at)
            return;
        const char *bytes = data->d_buf;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof("GNU") &&
            memcmp(bytes + name, "GNU", sizeof("GNU")) == 0 && note.n_descsz != 0 &&
            note.n_descsz <= MS_BUILD_ID_MAX) {
            memcpy(out->build_id, bytes + content, note.n_descsz);
            out->build_id_size = note.n_descsz;
            return;
        }
        at = next;
    }
}

static void s_read_sections(struct ms_elf *out) {
    size_t names;
    if (elf_getshdrstrndx(out->elf, &names) != 0)
        return;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(out->elf, section)) != NULL;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == NULL || header.sh_type == SHT_NOBITS)
            continue;
        const char *name = elf_strptr(out->elf, names, header.sh_name);
        if (header.sh_type == SHT_NOTE && out->build_id_size == 0)
            s_take_build_id(elf_getdata(section, NULL), out);
        else if (header.sh_type == SHT_SYMTAB)
            out->has_symtab = true;
        else if (name != NULL &&
                 (strcmp(name, ".debug_info") == 0 || strcmp(name, ".zdebug_info") == 0))
            out->has_dwarf = true;
    }
}

/* A program that is linked to run anywhere says so in its dynamic section. */
static bool s_is_pie(Elf_Data *data) {
    for (int i = 0; data != NULL; i++) {
        GElf_Dyn entry;
        if (gelf_getdyn(data, i, &entry) == NULL || entry.d_tag == DT_NULL)
            return false;
        if (entry.d_tag == DT_FLAGS_1)
            return (entry.d_un.d_val & DF_1_PIE) != 0;
    }
    return false;
}

static void s_read_segments(struct ms_elf *out) {
    size_t count;
    if (elf_getphdrnum(out->elf, &count) != 0)
        return;
    for (size_t i = 0; i < count && i < INT32_MAX; i++) {
        GElf_Phdr segment;
        if (gelf_getphdr(out->elf, (int)i, &segment) == NULL)
            return;
        bool note = segment.p_type == PT_NOTE && out->build_id_size == 0;
        if (!note && segment.p_type != PT_DYNAMIC)
            continue;
        Elf_Type type = !note ? ELF_T_DYN : segment.p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR;
        Elf_Data *data =
            elf_getdata_rawchunk(out->elf, (int64_t)segment.p_offset, segment.p_filesz, type);
        if (note)
            s_take_build_id(data, out);
        else if (s_is_pie(data))
            out->program = true;
    }
}

enum ms_status ms_elf_open(const char *path, struct ms_elf *out) {
    struct ms_elf file = {.fd = -1};
    enum ms_status status = s_open(path, &file);
    if (status != MS_OK)
        return status;
    GElf_Ehdr header;
    if (elf_version(EV_CURRENT) != EV_NONE)
        file.elf = elf_begin(file.fd, ELF_C_READ_MMAP, NULL);
    if (file.elf == NULL || elf_kind(file.elf) != ELF_K_ELF ||
        gelf_getehdr(file.elf, &header) == NULL) {
        ms_elf_close(&file);
        return MS_UNSUPPORTED;
    }
    file.machine = header.e_machine;
    file.program = header.e_type == ET_EXEC;
    file.address_bytes = gelf_getclass(file.elf) == ELFCLASS32 ? 4 : 8;
    s_read_sections(&file);
    s_read_segments(&file);
    *out = file;
    return MS_OK;
}

void ms_elf_close(struct ms_elf *file) {
    if (file->elf != NULL)
        elf_end(file->elf);
    if (file->fd >= 0)
        close(file->fd);
    file->elf = NULL;
    file->fd = -1;
}

bool ms_elf_is_build(const struct ms_elf *file, const unsigned char *build_id, size_t size) {
    return size == 0 ||
           (size == file->build_id_size && memcmp(file->build_id, build_id, size) == 0);
}

/* The bytes of the section NAME; NULL: there are none. */
static const Elf_Data *s_find_section(const struct ms_elf *file, const char *name) {
    size_t names;
    if (elf_getshdrstrndx(file->elf, &names) != 0)
        return NULL;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(file->elf, section)) != NULL;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == NULL || header.sh_type == SHT_NOBITS)
            continue;
        const char *its_name = elf_strptr(file->elf, names, header.sh_name);
        if (its_name == NULL || strcmp(its_name, name) != 0)
            continue;
        const Elf_Data *data = elf_rawdata(section, NULL);
        return data != NULL && data->d_buf != NULL ? data : NULL;
    }
    return NULL;
}

bool ms_elf_find_debuglink(const struct ms_elf *file, const char **name, uint32_t *crc) {
    const Elf_Data *data = s_find_section(file, ".gnu_debuglink");
    if (data == NULL)
        return false;
    size_t length = strnlen(data->d_buf, data->d_size);
    size_t at = (length + 4) & ~(size_t)3; /* behind the NUL, to the next word */
    if (length == 0 || length == data->d_size || data->d_size < 4 || at > data->d_size - 4)
        return false;
    const unsigned char *word = (const unsigned char *)data->d_buf + at;
    bool big = elf_getident(file->elf, NULL)[EI_DATA] == ELFDATA2MSB;
    *crc = 0;
    for (int i = 0; i < 4; i++)
        *crc |= (uint32_t)word[i] << 8 * (big ? 3 - i : i);
    *name = data->d_buf;
    return true;
}

/* What .debug_sup says, of a supplement or of a file that has one. Source: DWARF 5, 7.3.6. */
static bool s_read_sup(const struct ms_elf *file, bool is_supplement, const char **name,
                       const unsigned char **id, size_t *id_size) {
    const Elf_Data *data = s_find_section(file, ".debug_sup");
    if (data == NULL)
        return false;
    struct ms_cursor cursor = {.bytes = data->d_buf,
                               .size = data->d_size,
                               .big_endian = elf_getident(file->elf, NULL)[EI_DATA] == ELFDATA2MSB};
    uint64_t version = ms_cursor_take(&cursor, 2), kind = ms_cursor_take(&cursor, 1);
    *name = (const char *)cursor.bytes + cursor.at;
    while (ms_cursor_take(&cursor, 1) != 0) {
    }
    *id_size = ms_cursor_take_leb(&cursor);
    *id = cursor.bytes + cursor.at;
    return version == 5 && kind == is_supplement && ms_cursor_skip(&cursor, *id_size) &&
           *id_size != 0;
}

bool ms_elf_find_supplement(const struct ms_elf *file, const char **name, const unsigned char **id,
                            size_t *id_size) {
    const Elf_Data *data = s_find_section(file, ".gnu_debugaltlink");
    if (data == NULL)
        return s_read_sup(file, false, name, id, id_size) && (*name)[0] != 0;
    size_t length = strnlen(data->d_buf, data->d_size);
    if (length == 0 || data->d_size - length < 2)
        return false;
    *name = data->d_buf;
    *id = (const unsigned char *)data->d_buf + length + 1;
    *id_size = data->d_size - length - 1;
    return true;
}

bool ms_elf_is_supplement(const struct ms_elf *file, const unsigned char *id, size_t id_size) {
    const unsigned char *own;
    const char *name;
    size_t own_size;
    if (id_size != 0 && ms_elf_is_build(file, id, id_size))
        return true;
    return s_read_sup(file, true, &name, &own, &own_size) && own_size == id_size &&
           memcmp(own, id, id_size) == 0;
}
