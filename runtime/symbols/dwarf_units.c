/* SPDX-License-Identifier: MIT */
#include "symbols/dwarf_units.h"

#include <stdlib.h>
#include <string.h>

#include "symbols/dwarf_functions.h"
#include "symbols/dwarf_imports.h"
#include "symbols/dwarf_lines.h"
#include "symbols/dwarf_split.h"
#include "symbols/grow.h"

static bool s_is_c(uint64_t language) {
    return language == DW_LANG_C || language == DW_LANG_C89 || language == DW_LANG_C99 ||
           language == DW_LANG_C11 || language == 0x2c /* DW_LANG_C17 */;
}

static bool s_add_unit(struct ms_dwarf *dwarf, Dwarf_Die die, const Dwarf_Sig8 *signature,
                       Dwarf_Half kind) {
    struct ms_unit unit = {.place = ms_die_get_place(dwarf->debug, die)};
    uint64_t language = 0;
    Dwarf_Error error = NULL;
    Dwarf_Addr low = 0;
    if (ms_die_find_number(dwarf->debug, die, DW_AT_language, &language))
        unit.is_c = s_is_c(language);
    if (ms_die_ok(dwarf->debug, dwarf_lowpc(die, &low, &error), error))
        unit.low = low;
    unit.is_partial = ms_die_tag(dwarf->debug, die) == DW_TAG_partial_unit;
    ms_split_read(dwarf, &unit, die, signature, kind);
    if (dwarf->unit_count >= MS_RANGE_NONE ||
        !ms_grow_room(&dwarf->units, dwarf->unit_count, &dwarf->unit_capacity, sizeof(unit)))
        return false;
    dwarf->units[dwarf->unit_count] = unit;
    uint32_t index = (uint32_t)dwarf->unit_count++;
    return !unit.place.is_info ||
           ms_die_add_ranges(dwarf->debug, die, unit.low, index, &dwarf->ranges);
}

/* Reads the headers of .debug_info, or of .debug_types. A damaged header ends the walk: where the
 * next one is cannot be known. */
static void s_read_units(struct ms_dwarf *dwarf, bool is_info) {
    Dwarf_Unsigned header_size, type_offset, next = 0, last = 0;
    Dwarf_Half version, address_size, length_size, extension_size, kind;
    Dwarf_Off abbreviations;
    Dwarf_Sig8 signature = {{0}};
    for (bool good = true; good;) {
        Dwarf_Error error = NULL;
        if (!ms_die_ok(dwarf->debug,
                       dwarf_next_cu_header_d(dwarf->debug, is_info, &header_size, &version,
                                              &abbreviations, &address_size, &length_size,
                                              &extension_size, &signature, &type_offset, &next,
                                              &kind, &error),
                       error) ||
            next <= last)
            return;
        last = next;
        Dwarf_Die die = NULL;
        error = NULL;
        if (!ms_die_ok(dwarf->debug, dwarf_siblingof_b(dwarf->debug, NULL, is_info, &die, &error),
                       error))
            continue;
        good = s_add_unit(dwarf, die, &signature, kind);
        dwarf_dealloc_die(die);
    }
}

/* The last of the units FROM to TO whose DIE is at or before OFFSET. */
static uint32_t s_find_by_offset(const struct ms_dwarf *dwarf, size_t from, size_t to,
                                 uint64_t offset) {
    size_t first = from;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (dwarf->units[middle].place.offset <= offset)
            from = middle + 1;
        else
            to = middle;
    }
    return from > first ? (uint32_t)(from - 1) : MS_RANGE_NONE;
}

uint32_t ms_dwarf_find_unit_at(const struct ms_dwarf *dwarf, uint64_t offset) {
    uint32_t index = s_find_by_offset(dwarf, 0, dwarf->info_count, offset);
    return index != MS_RANGE_NONE && dwarf->units[index].place.offset == offset ? index
                                                                                : MS_RANGE_NONE;
}

/* Adds what .debug_aranges tells: units of DWARF 2 have one range of their own, but may have code
 * in more. */
static void s_read_aranges(struct ms_dwarf *dwarf) {
    Dwarf_Arange *list = NULL;
    Dwarf_Signed count = 0;
    Dwarf_Error error = NULL;
    if (!ms_die_ok(dwarf->debug, dwarf_get_aranges(dwarf->debug, &list, &count, &error), error))
        return;
    for (Dwarf_Signed i = 0; i < count; i++) {
        Dwarf_Unsigned segment, segment_size, length = 0;
        Dwarf_Addr start = 0;
        Dwarf_Off offset = 0;
        error = NULL;
        bool good = ms_die_ok(dwarf->debug,
                              dwarf_get_arange_info_b(list[i], &segment, &segment_size, &start,
                                                      &length, &offset, &error),
                              error);
        uint32_t unit = good ? ms_dwarf_find_unit_at(dwarf, offset) : MS_RANGE_NONE;
        if (unit != MS_RANGE_NONE)
            ms_ranges_add(&dwarf->ranges, start, start + length, unit);
        dwarf_dealloc(dwarf->debug, list[i], DW_DLA_ARANGE);
    }
    dwarf_dealloc(dwarf->debug, list, DW_DLA_LIST);
}

enum ms_status ms_dwarf_open(struct ms_elf *file, const char *path, Dwarf_Debug whole,
                             const struct ms_elf *supplement, struct ms_dwarf *out) {
    *out = (struct ms_dwarf){
        .address_bytes = file->address_bytes,
        .narrow_alignment = file->machine == EM_386,
    };
    enum ms_status status = ms_dwarf_object_open(file, supplement, &out->object, &out->debug);
    if (status != MS_OK)
        return status;
    if (whole != NULL) {
        Dwarf_Error error = NULL;
        int result = dwarf_set_tied_dbg(out->debug, whole, &error);
        ms_die_ok(out->debug, result, error);
    }
    out->path = ms_pool_copy(&out->pool, path, strlen(path));
    if (out->path == NULL)
        out->path = "";
    out->file = *file;
    *file = (struct ms_elf){.fd = -1};
    s_read_units(out, true);
    out->info_count = out->unit_count;
    ms_imports_read(out);
    s_read_aranges(out);
    s_read_units(out, false);
    ms_ranges_sort(&out->ranges);
    return MS_OK;
}

void ms_dwarf_close(struct ms_dwarf *dwarf) {
    for (size_t i = 0; i < dwarf->split_count; i++) {
        ms_dwarf_close(dwarf->splits[i]);
        free(dwarf->splits[i]);
    }
    free(dwarf->splits);
    for (size_t i = 0; i < dwarf->unit_count; i++) {
        ms_functions_destroy(dwarf->units[i].functions);
        ms_lines_destroy(dwarf->units[i].lines);
    }
    free(dwarf->units);
    free(dwarf->imports);
    ms_ranges_fini(&dwarf->ranges);
    ms_pool_fini(&dwarf->pool);
    if (dwarf->debug != NULL)
        ms_dwarf_object_close(dwarf->object, dwarf->debug);
    ms_elf_close(&dwarf->file);
    *dwarf = (struct ms_dwarf){0};
}

/* The unit that the DIE at PLACE is in. */
static struct ms_unit *s_find_around(struct ms_dwarf *dwarf, struct ms_die_place place) {
    size_t from = place.is_info ? 0 : dwarf->info_count;
    size_t to = place.is_info ? dwarf->info_count : dwarf->unit_count;
    uint32_t index = s_find_by_offset(dwarf, from, to, place.offset);
    return index != MS_RANGE_NONE ? &dwarf->units[index] : NULL;
}

/* The lines of a split unit are those of its skeleton. */
static const struct ms_lines *s_read_lines(struct ms_dwarf *dwarf, struct ms_unit *unit) {
    if (unit->skeleton != NULL)
        return s_read_lines(unit->whole, unit->skeleton);
    if (!unit->has_lines) {
        unit->has_lines = true;
        unit->lines = ms_lines_read(dwarf, unit);
    }
    return unit->lines;
}

static void s_read_functions(struct ms_dwarf *dwarf, struct ms_unit *unit) {
    if (unit->has_functions)
        return;
    unit->has_functions = true;
    unit->functions = ms_functions_read(dwarf, unit);
}

const struct ms_lines *ms_dwarf_find_lines(struct ms_dwarf *dwarf, struct ms_die_place place) {
    struct ms_unit *unit = s_find_around(dwarf, place);
    if (unit == NULL)
        return NULL;
    return s_read_lines(dwarf, unit);
}

const struct ms_functions *ms_dwarf_find_functions(struct ms_dwarf *dwarf,
                                                   struct ms_die_place place) {
    struct ms_unit *unit = s_find_around(dwarf, place);
    if (unit == NULL)
        return NULL;
    s_read_functions(dwarf, unit);
    return unit->functions;
}

struct ms_unit *ms_dwarf_find_unit(struct ms_dwarf *dwarf, uint64_t address) {
    uint32_t index = ms_ranges_find(&dwarf->ranges, address);
    if (index == MS_RANGE_NONE)
        return NULL;
    struct ms_unit *unit = &dwarf->units[index];
    ms_split_open(dwarf, unit);
    s_read_lines(dwarf, unit);
    s_read_functions(unit->code, unit->code_unit != NULL ? unit->code_unit : unit);
    return unit;
}

static bool s_has_text(const char *const *texts, size_t count, const char *text) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(texts[i], text) == 0)
            return true;
    }
    return false;
}

size_t ms_dwarf_find_folders(struct ms_dwarf *dwarf, const char *file, const char **folders,
                             size_t count, size_t capacity) {
    for (size_t i = 0; i < dwarf->info_count && count < capacity; i++) {
        Dwarf_Die die = NULL;
        if (!ms_die_open(dwarf->debug, dwarf->units[i].place, &die))
            continue;
        const char *name = ms_die_find_text(dwarf->debug, die, DW_AT_name);
        const char *folder = ms_die_find_text(dwarf->debug, die, DW_AT_comp_dir);
        if (folder != NULL && (file == NULL || (name != NULL && strcmp(name, file) == 0)) &&
            !s_has_text(folders, count, folder))
            folders[count++] = folder;
        dwarf_dealloc_die(die);
    }
    return count;
}
