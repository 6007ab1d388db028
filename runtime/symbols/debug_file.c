/* SPDX-License-Identifier: MIT */
#include "symbols/debug_file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "symbols/dwarf_shim.h"

#define DEBUG_ROOT "/usr/lib/debug"

/* Whether PATH is an ELF file with DWARF, and of the build BUILD_ID if SIZE is not 0. */
static bool s_has_dwarf(const char *path, const unsigned char *build_id, size_t size) {
    struct ms_elf file;
    if (ms_elf_open(path, &file) != MS_OK)
        return false;
    bool fits = file.has_dwarf && ms_elf_is_build(&file, build_id, size);
    ms_elf_close(&file);
    return fits;
}

/* The folder number INDEX that debug files are below: those asked for, the sysroot's, the system's.
 * False: there is no such number. OUT is "" where there is none of that kind. */
static bool s_debug_root(const struct ms_symbol_places *places, unsigned index,
                         char out[PATH_MAX]) {
    const char *list = places->debug_dirs != NULL ? places->debug_dirs : "";
    out[0] = 0;
    while (*list != 0) {
        size_t length = strcspn(list, ":");
        if (index-- == 0) {
            if (length < PATH_MAX)
                snprintf(out, PATH_MAX, "%.*s", (int)length, list);
            return true;
        }
        list += length + (list[length] == ':');
    }
    if (index == 0 && places->sysroot != NULL)
        snprintf(out, PATH_MAX, "%s" DEBUG_ROOT, places->sysroot);
    else if (index == 1)
        snprintf(out, PATH_MAX, "%s", DEBUG_ROOT);
    return index < 2;
}

const char *ms_debug_find_module(struct ms_pool *pool, const struct ms_symbol_places *places,
                                 const char *path) {
    if (places->sysroot != NULL && path[0] == '/') {
        const char *below = ms_pool_join(pool, places->sysroot, "", path);
        if (below == NULL || access(below, F_OK) == 0)
            return below;
    }
    return ms_pool_copy(pool, path, strlen(path));
}

const char *ms_debug_find_by_id(struct ms_pool *pool, const struct ms_symbol_places *places,
                                const unsigned char *build_id, size_t size) {
    char hex[2 * MS_BUILD_ID_MAX + 1], root[PATH_MAX];
    if (size < 2 || size > MS_BUILD_ID_MAX)
        return NULL;
    for (size_t i = 0; i < size; i++)
        snprintf(hex + 2 * i, 3, "%02x", build_id[i]);
    for (unsigned i = 0; s_debug_root(places, i, root); i++) {
        char path[PATH_MAX];
        int length = snprintf(path, sizeof(path), "%s/.build-id/%.2s/%s.debug", root, hex, hex + 2);
        if (root[0] != 0 && length > 0 && (size_t)length < sizeof(path) &&
            s_has_dwarf(path, build_id, size))
            return ms_pool_copy(pool, path, (size_t)length);
    }
    return NULL;
}

static bool s_has_checksum(const char *path, uint32_t expected) {
    static unsigned char s_buffer[65536]; /* Synchronization: one thread at a time (symbols.h) */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return false;
    uint32_t crc = 0;
    ssize_t size = -1;
    struct stat info;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
        while ((size = read(fd, s_buffer, sizeof(s_buffer))) > 0)
            crc = dwarf_basic_crc32(s_buffer, (unsigned long)size, crc);
    }
    close(fd);
    return size == 0 && crc == expected;
}

/* ROOT FOLDER NAME, if that is the file that FILE, at PATH, names. */
static const char *s_try_link(struct ms_pool *pool, const char *root, const char *folder,
                              const char *below, const char *name, const char *path,
                              const struct ms_elf *file, uint32_t crc) {
    char candidate[PATH_MAX];
    int length = snprintf(candidate, sizeof(candidate), "%s%s%s%s", root, folder, below, name);
    if (length < 0 || (size_t)length >= sizeof(candidate) || strcmp(candidate, path) == 0 ||
        !s_has_dwarf(candidate, file->build_id, file->build_id_size) ||
        !s_has_checksum(candidate, crc))
        return NULL;
    return ms_pool_copy(pool, candidate, (size_t)length);
}

const char *ms_debug_find_by_link(struct ms_pool *pool, const struct ms_symbol_places *places,
                                  const char *path, const struct ms_elf *file) {
    const char *name;
    uint32_t crc;
    char folder[PATH_MAX], root[PATH_MAX];
    if (!ms_elf_find_debuglink(file, &name, &crc) || realpath(path, folder) == NULL ||
        strchr(name, '/') != NULL)
        return NULL;
    strrchr(folder, '/')[1] = 0;
    const char *found = s_try_link(pool, "", folder, "", name, path, file, crc);
    if (found == NULL)
        found = s_try_link(pool, "", folder, ".debug/", name, path, file, crc);
    /* Below a folder for debug files, a module is where it is below the sysroot. */
    size_t cut = places->sysroot != NULL ? strlen(places->sysroot) : 0;
    if (cut == 0 || strncmp(folder, places->sysroot, cut) != 0)
        cut = 0;
    for (unsigned i = 0; found == NULL && s_debug_root(places, i, root); i++) {
        if (root[0] != 0)
            found = s_try_link(pool, root, folder + cut, "", name, path, file, crc);
    }
    return found;
}
