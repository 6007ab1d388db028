/* SPDX-License-Identifier: MIT */
#include "symbols/dwarf_split.h"

#include <stdlib.h>
#include <string.h>

#include "symbols/dwarf_guard.h"
#include "symbols/grow.h"

/* The DW_AT_str_offsets_base behind the header of that section. */
#define FIRST_NAMES 8

void ms_split_read(struct ms_dwarf *dwarf, struct ms_unit *unit, Dwarf_Die die,
                   const Dwarf_Sig8 *signature, Dwarf_Half kind) {
    unit->code = dwarf;
    unit->producer = ms_die_find_text(dwarf->debug, die, DW_AT_producer);
    if (kind == DW_UT_skeleton || kind == DW_UT_split_compile)
        memcpy(&unit->dwo_id, signature, sizeof(unit->dwo_id));
    /* libdwarf gives the number of DWARF 4 as that signature, too, where it finds it. */
    if (unit->dwo_id == 0 &&
        !ms_die_find_number(dwarf->debug, die, DW_AT_GNU_dwo_id, &unit->dwo_id))
        return;
    unit->dwo_name = ms_die_find_text(dwarf->debug, die, DW_AT_dwo_name);
    if (unit->dwo_name == NULL)
        unit->dwo_name = ms_die_find_text(dwarf->debug, die, DW_AT_GNU_dwo_name);
    uint64_t names;
    unit->wrong_names = MS_SHIM_MIXES_UP_NAMES && unit->dwo_name != NULL &&
                        ms_die_find_number(dwarf->debug, die, DW_AT_str_offsets_base, &names) &&
                        names != FIRST_NAMES;
    unit->dwo_folder = ms_die_find_text(dwarf->debug, die, DW_AT_comp_dir);
}

static struct ms_unit *s_find_unit(struct ms_dwarf *dwarf, uint64_t dwo_id) {
    for (size_t i = 0; i < dwarf->info_count; i++) {
        if (dwarf->units[i].dwo_id == dwo_id && dwarf->units[i].place.is_info)
            return &dwarf->units[i];
    }
    return NULL;
}

/* The unit with DWO_ID in the file at PATH, which is opened unless it is already. */
static struct ms_unit *s_try(struct ms_dwarf *dwarf, const char *path, uint64_t dwo_id) {
    struct ms_elf file;
    if (path == NULL || ms_elf_open(path, &file) != MS_OK)
        return NULL;
    struct ms_dwarf *split = calloc(1, sizeof(*split));
    if (split == NULL ||
        !ms_grow_room(&dwarf->splits, dwarf->split_count, &dwarf->split_capacity,
                      sizeof(struct ms_dwarf *)) ||
        !ms_guard_allows(&file) || ms_dwarf_open(&file, path, dwarf->debug, NULL, split) != MS_OK) {
        ms_elf_close(&file);
        free(split);
        return NULL;
    }
    struct ms_unit *unit = s_find_unit(split, dwo_id);
    if (unit == NULL) { /* another build's */
        ms_dwarf_close(split);
        free(split);
        return NULL;
    }
    dwarf->splits[dwarf->split_count++] = split;
    return unit;
}

static struct ms_unit *s_find_dwo(struct ms_dwarf *dwarf, const struct ms_unit *unit) {
    for (size_t i = 0; i < dwarf->split_count; i++) {
        struct ms_unit *known = s_find_unit(dwarf->splits[i], unit->dwo_id);
        if (known != NULL)
            return known;
    }
    struct ms_unit *found = NULL;
    if (!dwarf->looked_for_package) {
        dwarf->looked_for_package = true;
        found = s_try(dwarf, ms_pool_join(&dwarf->pool, dwarf->path, "", ".dwp"), unit->dwo_id);
    }
    const char *name = unit->dwo_name, *base = strrchr(name, '/');
    if (found == NULL && name[0] != '/' && unit->dwo_folder != NULL)
        found = s_try(dwarf, ms_pool_join(&dwarf->pool, unit->dwo_folder, "/", name), unit->dwo_id);
    else if (found == NULL)
        found = s_try(dwarf, name, unit->dwo_id);
    const char *slash = strrchr(dwarf->path, '/');
    const char *folder =
        slash != NULL ? ms_pool_copy(&dwarf->pool, dwarf->path, (size_t)(slash - dwarf->path))
                      : ".";
    if (found == NULL && folder != NULL)
        found =
            s_try(dwarf, ms_pool_join(&dwarf->pool, folder, "/", base != NULL ? base + 1 : name),
                  unit->dwo_id);
    return found;
}

void ms_split_open(struct ms_dwarf *dwarf, struct ms_unit *unit) {
    if (unit->dwo_name == NULL || unit->dwo_id == 0 || unit->code_unit != NULL ||
        unit->looked_for_code)
        return;
    unit->looked_for_code = true;
    struct ms_unit *found = unit->wrong_names ? NULL : s_find_dwo(dwarf, unit);
    if (found == NULL) {
        dwarf->missing_name = dwarf->missing++ == 0 ? unit->dwo_name : dwarf->missing_name;
        return;
    }
    found->low = unit->low;
    found->skeleton = unit;
    found->whole = dwarf;
    unit->code = found->code;
    unit->code_unit = found;
}
