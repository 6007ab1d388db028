/* SPDX-License-Identifier: MIT */
#include "symbols/dwarf_imports.h"

#include <stdlib.h>

#include "symbols/grow.h"
#include "symbols/key_table.h"

static void s_add(struct ms_dwarf *dwarf, struct ms_unit *unit, Dwarf_Die die) {
    struct ms_die_place place;
    if (!ms_die_find_reference(dwarf->debug, die, DW_AT_import, &place) || !place.is_info)
        return;
    uint32_t index = ms_dwarf_find_unit_at(dwarf, place.offset);
    if (index != MS_RANGE_NONE && dwarf->units[index].is_partial &&
        ms_grow_room(&dwarf->imports, dwarf->import_count, &dwarf->import_capacity,
                     sizeof(*dwarf->imports))) {
        dwarf->imports[dwarf->import_count++] = index;
        unit->import_count++;
    }
}

/* They are the first of the unit's children. */
static void s_read(struct ms_dwarf *dwarf, struct ms_unit *unit) {
    Dwarf_Die top = NULL, die = NULL;
    struct ms_die_walk walk = {dwarf->debug, 0};
    unit->first_import = dwarf->import_count;
    if (!ms_die_open(dwarf->debug, unit->place, &top))
        return;
    if (!ms_die_first_child(&walk, top, &die))
        die = NULL;
    while (die != NULL && ms_die_tag(dwarf->debug, die) == DW_TAG_imported_unit) {
        s_add(dwarf, unit, die);
        ms_die_advance(&walk, &die);
    }
    if (die != NULL)
        dwarf_dealloc_die(die);
    dwarf_dealloc_die(top);
}

static bool *s_language(struct ms_unit *unit, bool is_c) {
    return is_c ? &unit->for_c : &unit->for_others;
}

/* Marks what UNIT imports, directly and not, as of its language. */
static void s_mark(struct ms_dwarf *dwarf, const struct ms_unit *unit) {
    uint32_t *waiting = NULL;
    size_t count = 0, capacity = 0;
    bool is_c = unit->is_c;
    while (unit != NULL) {
        for (size_t i = 0; i < unit->import_count; i++) {
            uint32_t index = dwarf->imports[unit->first_import + i];
            bool *marked = s_language(&dwarf->units[index], is_c);
            if (*marked || !ms_grow_room(&waiting, count, &capacity, sizeof(*waiting)))
                continue;
            *marked = true;
            waiting[count++] = index;
        }
        unit = count != 0 ? &dwarf->units[waiting[--count]] : NULL;
    }
    free(waiting);
}

void ms_imports_read(struct ms_dwarf *dwarf) {
    bool any = false;
    for (size_t i = 0; i < dwarf->info_count; i++)
        any |= dwarf->units[i].is_partial;
    for (size_t i = 0; i < dwarf->info_count && any; i++)
        s_read(dwarf, &dwarf->units[i]);
    for (size_t i = 0; i < dwarf->info_count && any; i++) {
        if (!dwarf->units[i].is_partial)
            s_mark(dwarf, &dwarf->units[i]);
    }
    for (size_t i = 0; i < dwarf->info_count && any; i++) {
        struct ms_unit *unit = &dwarf->units[i];
        if (unit->is_partial)
            unit->is_c = unit->for_c && !unit->for_others;
    }
}

size_t ms_imports_list(const struct ms_dwarf *dwarf, uint32_t index, uint32_t **out) {
    struct ms_key_table seen = {0};
    uint32_t *list = NULL;
    size_t count = 0, capacity = 0;
    if (ms_key_add(&seen, index, 0) && ms_grow_room(&list, count, &capacity, sizeof(*list)))
        list[count++] = index;
    for (size_t at = 0; at < count; at++) {
        const struct ms_unit *unit = &dwarf->units[list[at]];
        for (size_t i = 0; i < unit->import_count; i++) {
            uint32_t next = dwarf->imports[unit->first_import + i];
            if (ms_key_add(&seen, next, 0) && ms_grow_room(&list, count, &capacity, sizeof(*list)))
                list[count++] = next;
        }
    }
    ms_key_fini(&seen);
    *out = list;
    return count;
}
