/* SPDX-License-Identifier: MIT */
#include "symbols/debug_file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "symbols/debuginfod.h"
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

/* The path of BUILD_ID below ROOT; false: it has none. */
static bool s_id_path(const char *root, const unsigned char *build_id, size_t size,
                      char out[PATH_MAX]) {
    int at = snprintf(out, PATH_MAX, "%s/.build-id/%02x/", root, build_id[0]);
    for (size_t i = 1; i < size && at > 0 && at < PATH_MAX; i++)
        at += snprintf(out + at, PATH_MAX - (size_t)at, "%02x", build_id[i]);
    if (at > 0 && at < PATH_MAX)
        at += snprintf(out + at, PATH_MAX - (size_t)at, ".debug");
    return root[0] != 0 && at > 0 && at < PATH_MAX;
}

const char *ms_debug_find_by_id(struct ms_pool *pool, const struct ms_symbol_places *places,
                                const unsigned char *build_id, size_t size) {
    char path[PATH_MAX], root[PATH_MAX];
    if (size < 2 || size > MS_BUILD_ID_MAX)
        return NULL;
    for (unsigned i = 0; s_debug_root(places, i, root); i++) {
        if (s_id_path(root, build_id, size, path) && s_has_dwarf(path, build_id, size))
            return ms_pool_copy(pool, path, strlen(path));
    }
    return NULL;
}

const char *ms_debug_fetch(struct ms_pool *pool, const unsigned char *build_id, size_t size,
                           const char **why) {
    const char *path = ms_debuginfod_find(pool, build_id, size, why);
    return path != NULL && s_has_dwarf(path, build_id, size) ? path : NULL;
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

struct s_supplement {
    const char *name; /* as the file has it */
    const unsigned char *id;
    size_t id_size;
};

/* The supplement at FIRST SECOND, opened. */
static bool s_try_supplement(const struct s_supplement *wanted, const char *first,
                             const char *second, struct ms_elf *out) {
    char path[PATH_MAX];
    int length = snprintf(path, sizeof(path), "%s%s", first, second);
    if (length < 0 || (size_t)length >= sizeof(path) || ms_elf_open(path, out) != MS_OK)
        return false;
    if (out->has_dwarf && ms_elf_is_supplement(out, wanted->id, wanted->id_size))
        return true;
    ms_elf_close(out);
    return false;
}

bool ms_debug_open_supplement(struct ms_pool *pool, const struct ms_symbol_places *places,
                              const char *path, const struct ms_elf *file, struct ms_elf *out) {
    struct s_supplement wanted;
    char folder[PATH_MAX], root[PATH_MAX];
    if (!ms_elf_find_supplement(file, &wanted.name, &wanted.id, &wanted.id_size))
        return false;
    if (wanted.name[0] == '/') {
        if (places->sysroot != NULL && s_try_supplement(&wanted, places->sysroot, wanted.name, out))
            return true;
        if (s_try_supplement(&wanted, "", wanted.name, out))
            return true;
    } else if (realpath(path, folder) != NULL) {
        strrchr(folder, '/')[1] = 0;
        if (s_try_supplement(&wanted, folder, wanted.name, out))
            return true;
    }
    /* A folder that debug files were moved to has theirs in .dwz, and it may be known by its id. */
    const char *moved = strstr(wanted.name, "/.dwz/");
    for (unsigned i = 0; s_debug_root(places, i, root); i++) {
        if (root[0] != 0 && moved != NULL && s_try_supplement(&wanted, root, moved, out))
            return true;
        if (wanted.id_size >= 2 && wanted.id_size <= MS_BUILD_ID_MAX &&
            s_id_path(root, wanted.id, wanted.id_size, folder) &&
            s_try_supplement(&wanted, folder, "", out))
            return true;
    }
    const char *why, *fetched = ms_debuginfod_find(pool, wanted.id, wanted.id_size, &why);
    return fetched != NULL && s_try_supplement(&wanted, fetched, "", out);
}
