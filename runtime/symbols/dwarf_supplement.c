/* SPDX-License-Identifier: MIT */
#include "symbols/dwarf_supplement.h"

#include <stdlib.h>
#include <string.h>

#include "symbols/byte_cursor.h"
#include "symbols/dwarf_shim.h"
#include "symbols/key_table.h"

/* One of the two files. Everything is read from the file's own bytes and written to the joined
 * ones. */
struct s_side {
    struct ms_joined_section *sections;
    struct ms_cursor info, abbrev;
    uint64_t base[MS_SUPPLEMENT_SECTIONS]; /* where its sections begin in the joined ones */
    /* The abbreviations of the unit: code -> offset of the tag. */
    struct ms_key_table codes;
    uint64_t codes_at;
    bool has_codes;
    bool failed; /* sticky */
};

struct s_unit {
    uint64_t end;
    unsigned version, offset_size, address_size;
};

/* Writes VALUE in place of the number of WIDTH bytes at AT of the side's .debug_info. */
static void s_write(struct s_side *side, uint64_t at, unsigned width, uint64_t value) {
    unsigned char *out =
        side->sections[MS_SUPPLEMENT_INFO].joined + side->base[MS_SUPPLEMENT_INFO] + at;
    if (width < 8 && value >> 8 * width != 0) {
        side->failed = true;
        return;
    }
    for (unsigned i = 0; i < width; i++)
        out[side->info.big_endian ? width - 1 - i : i] = (unsigned char)(value >> 8 * i);
}

/* Passes a number of WIDTH bytes that counts from the start of a section, which is at BASE now. */
static void s_move(struct s_side *side, unsigned width, uint64_t base) {
    uint64_t at = side->info.at, value = ms_cursor_take(&side->info, width);
    if (side->info.failed || !ms_checked_add(value, base, &value))
        side->failed = true;
    else
        s_write(side, at, width, value);
}

/* Makes FORM of the one that SPEC has just passed, in as many bytes. */
static void s_write_form(struct s_side *side, const struct ms_cursor *spec, uint64_t at,
                         unsigned form) {
    unsigned char *out =
        side->sections[MS_SUPPLEMENT_ABBREV].joined + side->base[MS_SUPPLEMENT_ABBREV];
    for (; at < spec->at; at++, form >>= 7)
        out[at] = (unsigned char)((form & 0x7f) | (at + 1 < spec->at ? 0x80 : 0));
}

/* Passes a value whose form has nothing to do with the other file. */
static void s_skip(struct s_side *side, const struct s_unit *unit, uint64_t form) {
    struct ms_cursor *info = &side->info;
    switch (form) {
    case DW_FORM_flag_present:
    case DW_FORM_implicit_const:
        return;
    case DW_FORM_data1:
    case DW_FORM_ref1:
    case DW_FORM_flag:
    case DW_FORM_strx1:
    case DW_FORM_addrx1:
        ms_cursor_skip(info, 1);
        return;
    case DW_FORM_data2:
    case DW_FORM_ref2:
    case DW_FORM_strx2:
    case DW_FORM_addrx2:
        ms_cursor_skip(info, 2);
        return;
    case DW_FORM_strx3:
    case DW_FORM_addrx3:
        ms_cursor_skip(info, 3);
        return;
    case DW_FORM_data4:
    case DW_FORM_ref4:
    case DW_FORM_strx4:
    case DW_FORM_addrx4:
        ms_cursor_skip(info, 4);
        return;
    case DW_FORM_data8:
    case DW_FORM_ref8:
    case DW_FORM_ref_sig8:
        ms_cursor_skip(info, 8);
        return;
    case DW_FORM_data16:
        ms_cursor_skip(info, 16);
        return;
    case DW_FORM_addr:
        ms_cursor_skip(info, unit->address_size);
        return;
    case DW_FORM_sec_offset:
        ms_cursor_skip(info, unit->offset_size);
        return;
    case DW_FORM_sdata:
    case DW_FORM_udata:
    case DW_FORM_ref_udata:
    case DW_FORM_strx:
    case DW_FORM_addrx:
    case DW_FORM_loclistx:
    case DW_FORM_rnglistx:
    case DW_FORM_GNU_addr_index:
    case DW_FORM_GNU_str_index:
        ms_cursor_take_leb(info);
        return;
    case DW_FORM_string:
        while (ms_cursor_take(info, 1) != 0) {
        }
        return;
    case DW_FORM_block1:
        ms_cursor_skip(info, ms_cursor_take(info, 1));
        return;
    case DW_FORM_block2:
        ms_cursor_skip(info, ms_cursor_take(info, 2));
        return;
    case DW_FORM_block4:
        ms_cursor_skip(info, ms_cursor_take(info, 4));
        return;
    case DW_FORM_block:
    case DW_FORM_exprloc:
        ms_cursor_skip(info, ms_cursor_take_leb(info));
        return;
    default:
        side->failed = true;
    }
}

/* Passes the value of ATTRIBUTE, whose FORM is at FORM_AT of the abbreviations up to where SPEC is.
 * DW_FORM_indirect is written by no tool that writes supplements. */
static void s_pass_value(struct s_side *side, const struct s_unit *unit, uint64_t attribute,
                         uint64_t form, const struct ms_cursor *spec, uint64_t form_at) {
    unsigned reference = unit->version == 2 ? unit->address_size : unit->offset_size;
    const struct ms_joined_section *sections = side->sections;
    switch (form) {
    case DW_FORM_GNU_ref_alt:
        s_move(side, reference, sections[MS_SUPPLEMENT_INFO].first_size);
        s_write_form(side, spec, form_at, DW_FORM_ref_addr);
        return;
    case DW_FORM_ref_sup4:
    case DW_FORM_ref_sup8:
        side->failed |= reference != (form == DW_FORM_ref_sup4 ? 4 : 8);
        s_move(side, reference, sections[MS_SUPPLEMENT_INFO].first_size);
        s_write_form(side, spec, form_at, DW_FORM_ref_addr);
        return;
    case DW_FORM_GNU_strp_alt:
    case DW_FORM_strp_sup:
        s_move(side, unit->offset_size, sections[MS_SUPPLEMENT_STR].first_size);
        s_write_form(side, spec, form_at, DW_FORM_strp);
        return;
    case DW_FORM_ref_addr:
        s_move(side, reference, side->base[MS_SUPPLEMENT_INFO]);
        return;
    case DW_FORM_strp:
        s_move(side, unit->offset_size, side->base[MS_SUPPLEMENT_STR]);
        return;
    case DW_FORM_line_strp:
        s_move(side, unit->offset_size, side->base[MS_SUPPLEMENT_LINE_STR]);
        return;
    case DW_FORM_sec_offset:
    case DW_FORM_data4: /* before DWARF 4 */
    case DW_FORM_data8:
        if (attribute == DW_AT_stmt_list) {
            s_move(side, unit->offset_size, side->base[MS_SUPPLEMENT_LINE]);
            return;
        }
        /* fall through */
    default:
        s_skip(side, unit, form);
    }
}

/* Passes one entry whose abbreviation has its tag at AT. */
static void s_pass_die(struct s_side *side, const struct s_unit *unit, uint64_t at) {
    struct ms_cursor spec = side->abbrev;
    spec.at = at;
    ms_cursor_take_leb(&spec); /* the tag */
    ms_cursor_take(&spec, 1);  /* whether there are children */
    while (!side->failed && !side->info.failed && !spec.failed) {
        uint64_t attribute = ms_cursor_take_leb(&spec), form_at = spec.at;
        uint64_t form = ms_cursor_take_leb(&spec);
        if (attribute == 0 && form == 0)
            break;
        if (!spec.failed)
            s_pass_value(side, unit, attribute, form, &spec, form_at);
        if (form == DW_FORM_implicit_const)
            ms_cursor_take_leb(&spec);
    }
    side->failed |= spec.failed || side->info.failed;
}

/* Finds the abbreviations at AT, unless they are those of the unit before. */
static void s_read_codes(struct s_side *side, uint64_t at) {
    struct ms_cursor spec = side->abbrev;
    uint64_t code;
    if (side->has_codes && side->codes_at == at)
        return;
    ms_key_fini(&side->codes);
    side->has_codes = true;
    side->codes_at = at;
    spec.at = at;
    while (!spec.failed && (code = ms_cursor_take_leb(&spec)) != 0) {
        if (spec.at >= MS_KEY_NONE)
            spec.failed = true;
        ms_key_add(&side->codes, code, (uint32_t)spec.at);
        ms_cursor_take_leb(&spec);
        ms_cursor_take(&spec, 1);
        uint64_t attribute = 1, form = 1;
        while (!spec.failed && (attribute != 0 || form != 0)) {
            attribute = ms_cursor_take_leb(&spec);
            form = ms_cursor_take_leb(&spec);
            if (form == DW_FORM_implicit_const)
                ms_cursor_take_leb(&spec);
        }
    }
    side->failed |= spec.failed;
}

/* The header of a unit, up to its first entry. */
static void s_pass_header(struct s_side *side, struct s_unit *unit) {
    struct ms_cursor *info = &side->info;
    unsigned kind = DW_UT_compile;
    unit->offset_size = 4;
    uint64_t length = ms_cursor_take(info, 4);
    if (length == UINT32_MAX) {
        unit->offset_size = 8;
        length = ms_cursor_take(info, 8);
    }
    if (info->failed || !ms_checked_range(info->at, length, info->size)) {
        side->failed = true;
        return;
    }
    unit->end = info->at + length;
    unit->version = (unsigned)ms_cursor_take(info, 2);
    if (unit->version >= 5) {
        kind = (unsigned)ms_cursor_take(info, 1);
        unit->address_size = (unsigned)ms_cursor_take(info, 1);
    }
    struct ms_cursor at = *info;
    uint64_t abbreviations = ms_cursor_take(&at, unit->offset_size);
    s_move(side, unit->offset_size, side->base[MS_SUPPLEMENT_ABBREV]);
    if (unit->version < 5)
        unit->address_size = (unsigned)ms_cursor_take(info, 1);
    if (kind == DW_UT_skeleton || kind == DW_UT_split_compile)
        ms_cursor_skip(info, 8);
    else if (kind == DW_UT_type || kind == DW_UT_split_type)
        ms_cursor_skip(info, 8 + unit->offset_size);
    if (info->failed || unit->version < 2 || unit->version > 5 ||
        (unit->address_size != 4 && unit->address_size != 8))
        side->failed = true;
    else
        s_read_codes(side, abbreviations);
}

static bool s_pass_all(struct s_side *side) {
    while (!side->failed && side->info.at < side->info.size) {
        struct s_unit unit = {0};
        s_pass_header(side, &unit);
        while (!side->failed && side->info.at < unit.end) {
            uint64_t code = ms_cursor_take_leb(&side->info);
            if (code == 0)
                continue;
            uint32_t at = ms_key_find(&side->codes, code);
            if (at == MS_KEY_NONE)
                side->failed = true;
            else
                s_pass_die(side, &unit, at);
        }
        side->failed |= side->info.at != unit.end;
    }
    ms_key_fini(&side->codes);
    return !side->failed;
}

static bool s_join_side(struct ms_joined_section sections[MS_SUPPLEMENT_SECTIONS], bool second,
                        bool big_endian) {
    const struct ms_joined_section *info = &sections[MS_SUPPLEMENT_INFO];
    const struct ms_joined_section *abbrev = &sections[MS_SUPPLEMENT_ABBREV];
    struct s_side side = {.sections = sections};
    side.info = (struct ms_cursor){.bytes = second ? info->second : info->first,
                                   .size = second ? info->second_size : info->first_size,
                                   .big_endian = big_endian};
    side.abbrev = (struct ms_cursor){.bytes = second ? abbrev->second : abbrev->first,
                                     .size = second ? abbrev->second_size : abbrev->first_size,
                                     .big_endian = big_endian};
    for (int i = 0; i < MS_SUPPLEMENT_SECTIONS; i++)
        side.base[i] = second ? sections[i].first_size : 0;
    return s_pass_all(&side);
}

bool ms_supplement_join(struct ms_joined_section sections[MS_SUPPLEMENT_SECTIONS],
                        bool big_endian) {
    bool good = true;
    for (int i = 0; i < MS_SUPPLEMENT_SECTIONS; i++) {
        struct ms_joined_section *section = &sections[i];
        uint64_t size;
        good = good && ms_checked_add(section->first_size, section->second_size, &size);
        section->joined = good ? malloc(size + 1) : NULL;
        good = section->joined != NULL;
        if (good && section->first_size != 0)
            memcpy(section->joined, section->first, section->first_size);
        if (good && section->second_size != 0)
            memcpy(section->joined + section->first_size, section->second, section->second_size);
    }
    good =
        good && s_join_side(sections, false, big_endian) && s_join_side(sections, true, big_endian);
    for (int i = 0; i < MS_SUPPLEMENT_SECTIONS && !good; i++) {
        free(sections[i].joined);
        sections[i].joined = NULL;
    }
    return good;
}
