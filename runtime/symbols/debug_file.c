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

const char *ms_debug_find_by_id(struct ms_pool *pool, const unsigned char *build_id, size_t size) {
    char path[sizeof(DEBUG_ROOT "/.build-id/xx/.debug") + 2 * MS_BUILD_ID_MAX];
    if (size < 2 || size > MS_BUILD_ID_MAX)
        return NULL;
    int at = snprintf(path, sizeof(path), DEBUG_ROOT "/.build-id/%02x/", build_id[0]);
    for (size_t i = 1; i < size; i++)
        at += snprintf(path + at, sizeof(path) - (size_t)at, "%02x", build_id[i]);
    snprintf(path + at, sizeof(path) - (size_t)at, ".debug");
    return s_has_dwarf(path, build_id, size) ? ms_pool_copy(pool, path, strlen(path)) : NULL;
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

const char *ms_debug_find_by_link(struct ms_pool *pool, const char *path,
                                  const struct ms_elf *file) {
    const char *name;
    uint32_t crc;
    char real[PATH_MAX];
    if (!ms_elf_find_debuglink(file, &name, &crc) || realpath(path, real) == NULL)
        return NULL;
    if (strchr(name, '/') != NULL)
        return NULL;
    char *slash = strrchr(real, '/');
    slash[1] = 0;
    const struct {
        const char *root, *below;
    } places[] = {{"", ""}, {"", ".debug/"}, {DEBUG_ROOT, ""}};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char candidate[PATH_MAX + sizeof(DEBUG_ROOT) + sizeof(".debug/") + NAME_MAX];
        int length = snprintf(candidate, sizeof(candidate), "%s%s%s%s", places[i].root, real,
                              places[i].below, name);
        if (length < 0 || (size_t)length >= sizeof(candidate) || strcmp(candidate, path) == 0)
            continue;
        if (s_has_dwarf(candidate, file->build_id, file->build_id_size) &&
            s_has_checksum(candidate, crc))
            return ms_pool_copy(pool, candidate, (size_t)length);
    }
    return NULL;
}
