/* SPDX-License-Identifier: MIT */
#include "hot/loaded_object.h"

#include <dlfcn.h>
#include <link.h>
#include <stddef.h>

#ifdef MS_HOT_STATIC

extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden"))); /* by the linker */

/* In a static program _dl_find_object() knows no object; its own headers tell what it is. */
bool ms_loaded_object_at(uintptr_t address, struct ms_loaded_object *object) {
    uintptr_t file = (uintptr_t)&__ehdr_start, bias = 0;
    const ElfW(Phdr) *headers = (const void *)(file + __ehdr_start.e_phoff);
    uintptr_t low = UINTPTR_MAX, high = 0, eh_frame_header = 0;
    for (size_t i = 0; i < __ehdr_start.e_phnum; i++) {
        const ElfW(Phdr) *header = &headers[i];
        if (header->p_type == PT_GNU_EH_FRAME)
            eh_frame_header = header->p_vaddr;
        if (header->p_type != PT_LOAD)
            continue;
        if (header->p_offset == 0)
            bias = file - header->p_vaddr;
        if (header->p_vaddr < low)
            low = header->p_vaddr;
        if (header->p_vaddr + header->p_memsz > high)
            high = header->p_vaddr + header->p_memsz;
    }
    *object = (struct ms_loaded_object){bias + low, bias + high,
                                        eh_frame_header != 0 ? bias + eh_frame_header : 0};
    return address >= object->start && address < object->end;
}

#else

#    pragma weak _dl_find_object

bool ms_loaded_object_at(uintptr_t address, struct ms_loaded_object *object) {
    struct dl_find_object found;
    if (_dl_find_object == NULL || _dl_find_object((void *)address, &found) != 0)
        return false;
    *object =
        (struct ms_loaded_object){(uintptr_t)found.dlfo_map_start, (uintptr_t)found.dlfo_map_end,
                                  (uintptr_t)found.dlfo_eh_frame};
    return true;
}

#endif
