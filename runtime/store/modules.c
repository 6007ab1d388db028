/* SPDX-License-Identifier: MIT */
#include "store/modules.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>

#include "platform/os.h"
#include "store/store.h"
#include "store/strings.h"

#define MODULE_LIMIT 4096

/* Not there before glibc 2.35: addresses are then kept as they are. */
#pragma weak _dl_find_object

static struct s_module {
    uintptr_t start, end, base;
    const struct link_map *map;
} s_modules[MODULE_LIMIT]; /* by module index. Synchronization: store lock */
static uint32_t s_count = 1;
static uint32_t s_last; /* where the last address was found */

/* The build-id note of the ELF image at START, SIZE bytes mapped. Returns its length, 0: none.
 * Source: gABI "Note Section", and the linker's --build-id. */
static uint32_t s_build_id(uintptr_t start, uintptr_t base, uintptr_t end,
                           unsigned char *build_id) {
    const ElfW(Ehdr) *elf = (const void *)start;
    if (end - start < sizeof(*elf) || memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 ||
        elf->e_phentsize != sizeof(ElfW(Phdr)) || elf->e_phoff > 4096 - sizeof(*elf) ||
        elf->e_phnum > (4096 - elf->e_phoff) / sizeof(ElfW(Phdr)))
        return 0; /* only the first page is sure to be mapped */
    const ElfW(Phdr) *segment = (const void *)(start + elf->e_phoff);
    for (unsigned i = 0; i < elf->e_phnum; i++, segment++) {
        if (segment->p_type != PT_NOTE)
            continue;
        uintptr_t at = base + segment->p_vaddr, stop = at + segment->p_memsz;
        if (at < start || stop > end || stop < at)
            continue;
        while (stop - at >= sizeof(ElfW(Nhdr))) {
            const ElfW(Nhdr) *note = (const void *)at;
            uintptr_t name = at + sizeof(*note);
            uint64_t name_size = ((uint64_t)note->n_namesz + 3) & ~UINT64_C(3);
            uint64_t size = ((uint64_t)note->n_descsz + 3) & ~UINT64_C(3);
            if (name_size + size > stop - name)
                break;
            if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
                memcmp((const void *)name, "GNU", 4) == 0 && note->n_descsz <= 20) {
                memcpy(build_id, (const void *)(name + name_size), note->n_descsz);
                return note->n_descsz;
            }
            at = name + name_size + size;
        }
    }
    return 0;
}

/* Without a build id the file is known again by these. */
static void s_stamp(struct ms_module *module, const char *path) {
    uint64_t size, modified_ns, inode;
    if (ms_os_stat_file(path, &size, &modified_ns, &inode) != 0)
        return;
    struct ms_module_stamp stamp = {
        .size = {(uint32_t)size, (uint32_t)(size >> 32)},
        .modified_ns = {(uint32_t)modified_ns, (uint32_t)(modified_ns >> 32)},
        .inode = (uint32_t)inode,
    };
    memcpy(module->build_id, &stamp, sizeof(stamp));
    module->flags |= MS_MODULE_STAMPED;
}

static uint32_t s_add(const struct dl_find_object *found) {
    const struct link_map *map = found->dlfo_link_map;
    uint64_t offset;
    struct ms_module *module =
        s_count < MODULE_LIMIT ? ms_store_append(MS_TABLE_MODULES, sizeof(*module), &offset) : NULL;
    if (module == NULL)
        return 0;
    uint32_t index = (uint32_t)(offset / sizeof(*module));
    char executable[1024];
    const char *path = map->l_name;
    if (path == NULL || path[0] == 0)
        path =
            ms_os_readlink("/proc/self/exe", executable, sizeof(executable)) > 0 ? executable : "";
    module->base = map->l_addr;
    module->start = (uintptr_t)found->dlfo_map_start;
    module->end = (uintptr_t)found->dlfo_map_end;
    module->loaded_ns = ms_store_now();
    module->path = ms_strings_intern(path);
    module->build_id_size = s_build_id(module->start, module->base, module->end, module->build_id);
    if (module->build_id_size == 0 && path[0] == '/')
        s_stamp(module, path);
    s_modules[index] = (struct s_module){module->start, module->end, (uintptr_t)module->base, map};
    s_count = index + 1;
    ms_store_publish(MS_TABLE_STRINGS);
    ms_store_publish(MS_TABLE_MODULES);
    return index;
}

static bool s_is(uint32_t index, const struct dl_find_object *found) {
    return s_modules[index].map == found->dlfo_link_map &&
           s_modules[index].start == (uintptr_t)found->dlfo_map_start &&
           s_modules[index].end == (uintptr_t)found->dlfo_map_end;
}

uint64_t ms_modules_frame(uintptr_t address) {
    struct dl_find_object found;
    /* Also for addresses of modules already known: one may have been closed and another opened
     * there. */
    if (_dl_find_object == NULL || _dl_find_object((void *)(address - 1), &found) != 0)
        return address & MS_FRAME_OFFSET_MASK;
    uint32_t index = 0;
    if (s_last != 0 && s_is(s_last, &found)) {
        index = s_last;
    } else {
        for (uint32_t i = s_count; i-- > 1 && index == 0;) {
            if (s_is(i, &found))
                index = i;
        }
        if (index == 0)
            index = s_add(&found);
        s_last = index;
    }
    if (index == 0)
        return address & MS_FRAME_OFFSET_MASK;
    return (uint64_t)index << MS_FRAME_MODULE_SHIFT |
           ((address - s_modules[index].base) & MS_FRAME_OFFSET_MASK);
}

bool ms_modules_same_file(uint32_t a, uint32_t b) {
    const struct ms_module *first = ms_store_at(MS_TABLE_MODULES, a * sizeof(*first));
    const struct ms_module *second = ms_store_at(MS_TABLE_MODULES, b * sizeof(*second));
    return first->path == second->path && first->build_id_size == second->build_id_size &&
           memcmp(first->build_id, second->build_id, sizeof(first->build_id)) == 0;
}

bool ms_modules_second_copy(void) {
    struct dl_find_object found;
    if (_dl_find_object == NULL || _dl_find_object((void *)s_add, &found) != 0)
        return false;
    /* The first object of the program's namespace is the program, which has no name. */
    const struct link_map *map = found.dlfo_link_map;
    while (map->l_prev != NULL)
        map = map->l_prev;
    return map->l_name != NULL && map->l_name[0] != 0;
}
