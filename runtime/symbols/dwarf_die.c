/* SPDX-License-Identifier: MIT */
#include "symbols/dwarf_die.h"

#include <string.h>

bool ms_die_ok(Dwarf_Debug debug, int result, Dwarf_Error error) {
    if (result == DW_DLV_ERROR && error != NULL)
        dwarf_dealloc_error(debug, error);
    return result == DW_DLV_OK;
}

bool ms_die_open(Dwarf_Debug debug, struct ms_die_place place, Dwarf_Die *out) {
    Dwarf_Error error = NULL;
    return ms_die_ok(debug, dwarf_offdie_b(debug, place.offset, place.is_info, out, &error), error);
}

static bool s_step(struct ms_die_walk *walk, Dwarf_Die die) {
    uint64_t offset = ms_die_get_place(walk->debug, die).offset;
    if (offset <= walk->passed) {
        dwarf_dealloc_die(die);
        return false;
    }
    walk->passed = offset;
    return true;
}

bool ms_die_first_child(struct ms_die_walk *walk, Dwarf_Die die, Dwarf_Die *out) {
    Dwarf_Error error = NULL;
    Dwarf_Die child = NULL;
    if (!ms_die_ok(walk->debug, dwarf_child(die, &child, &error), error) || !s_step(walk, child))
        return false;
    *out = child;
    return true;
}

void ms_die_advance(struct ms_die_walk *walk, Dwarf_Die *die) {
    Dwarf_Error error = NULL;
    Dwarf_Die next = NULL;
    bool is_info = dwarf_get_die_infotypes_flag(*die) != 0;
    int result = dwarf_siblingof_b(walk->debug, *die, is_info, &next, &error);
    dwarf_dealloc_die(*die);
    *die = ms_die_ok(walk->debug, result, error) && s_step(walk, next) ? next : NULL;
}

struct ms_die_place ms_die_get_place(Dwarf_Debug debug, Dwarf_Die die) {
    Dwarf_Error error = NULL;
    Dwarf_Off offset = 0;
    if (!ms_die_ok(debug, dwarf_dieoffset(die, &offset, &error), error))
        offset = 0;
    return (struct ms_die_place){offset, dwarf_get_die_infotypes_flag(die) != 0};
}

Dwarf_Half ms_die_tag(Dwarf_Debug debug, Dwarf_Die die) {
    Dwarf_Error error = NULL;
    Dwarf_Half tag = 0;
    return ms_die_ok(debug, dwarf_tag(die, &tag, &error), error) ? tag : 0;
}

static bool s_find(Dwarf_Debug debug, Dwarf_Die die, Dwarf_Half attribute, Dwarf_Attribute *out) {
    Dwarf_Error error = NULL;
    return ms_die_ok(debug, dwarf_attr(die, attribute, out, &error), error);
}

const char *ms_die_find_text(Dwarf_Debug debug, Dwarf_Die die, Dwarf_Half attribute) {
    Dwarf_Error error = NULL;
    char *text = NULL;
    if (!ms_die_ok(debug, dwarf_die_text(die, attribute, &text, &error), error))
        return NULL;
    /* For a text in a supplement that is not there, libdwarf has one that says so. */
    return text != NULL && strncmp(text, "<DW_FORM_", 9) == 0 ? NULL : text;
}

static bool s_number(Dwarf_Debug debug, Dwarf_Attribute found, uint64_t *out) {
    Dwarf_Error error = NULL;
    Dwarf_Unsigned number = 0;
    if (ms_die_ok(debug, dwarf_formudata(found, &number, &error), error)) {
        *out = number;
        return true;
    }
    Dwarf_Signed negative = 0;
    error = NULL;
    if (!ms_die_ok(debug, dwarf_formsdata(found, &negative, &error), error))
        return false;
    *out = (uint64_t)negative;
    return true;
}

bool ms_die_find_number(Dwarf_Debug debug, Dwarf_Die die, Dwarf_Half attribute, uint64_t *out) {
    Dwarf_Attribute found;
    if (!s_find(debug, die, attribute, &found))
        return false;
    bool good = s_number(debug, found, out);
    dwarf_dealloc_attribute(found);
    return good;
}

bool ms_die_has(Dwarf_Debug debug, Dwarf_Die die, Dwarf_Half attribute) {
    Dwarf_Error error = NULL;
    Dwarf_Bool has = 0;
    return ms_die_ok(debug, dwarf_hasattr(die, attribute, &has, &error), error) && has != 0;
}

bool ms_die_has_flag(Dwarf_Debug debug, Dwarf_Die die, Dwarf_Half attribute) {
    Dwarf_Attribute found;
    if (!s_find(debug, die, attribute, &found))
        return false;
    Dwarf_Error error = NULL;
    Dwarf_Bool flag = 0;
    bool good = ms_die_ok(debug, dwarf_formflag(found, &flag, &error), error);
    dwarf_dealloc_attribute(found);
    return good && flag != 0;
}

/* A type in a unit of its own is named by a checksum of it. */
static bool s_by_signature(Dwarf_Debug debug, Dwarf_Attribute found, struct ms_die_place *out) {
    Dwarf_Error error = NULL;
    Dwarf_Sig8 signature;
    Dwarf_Die die = NULL;
    Dwarf_Bool is_info = 0;
    if (!ms_die_ok(debug, dwarf_formsig8(found, &signature, &error), error))
        return false;
    error = NULL;
    if (!ms_die_ok(debug, dwarf_find_die_given_sig8(debug, &signature, &die, &is_info, &error),
                   error))
        return false;
    *out = ms_die_get_place(debug, die);
    dwarf_dealloc_die(die);
    return true;
}

bool ms_die_find_reference(Dwarf_Debug debug, Dwarf_Die die, Dwarf_Half attribute,
                           struct ms_die_place *out) {
    Dwarf_Attribute found;
    if (!s_find(debug, die, attribute, &found))
        return false;
    Dwarf_Error error = NULL;
    Dwarf_Half form = 0;
    Dwarf_Off offset = 0;
    bool good = ms_die_ok(debug, dwarf_whatform(found, &form, &error), error);
    if (good && form == DW_FORM_ref_sig8) {
        good = s_by_signature(debug, found, out);
    } else if (good) {
        /* The forms of references into a supplement are left where that is not there
         * (dwarf_supplement.h): libdwarf would read their offset as one in this file. */
        error = NULL;
        good = form != DW_FORM_GNU_ref_alt && form != DW_FORM_ref_sup4 &&
               form != DW_FORM_ref_sup8 &&
               ms_die_ok(debug, dwarf_global_formref(found, &offset, &error), error);
        *out = (struct ms_die_place){offset, form == DW_FORM_ref_addr ||
                                                 dwarf_get_die_infotypes_flag(die) != 0};
    }
    dwarf_dealloc_attribute(found);
    return good;
}

bool ms_die_follow(Dwarf_Debug debug, Dwarf_Die die, Dwarf_Half attribute, Dwarf_Die *out) {
    struct ms_die_place place;
    return ms_die_find_reference(debug, die, attribute, &place) && ms_die_open(debug, place, out);
}

/* The operand of the one DW_OP_plus_uconst in BYTES. */
static bool s_plus_constant(const unsigned char *bytes, uint64_t size, uint64_t *out) {
    uint64_t value = 0;
    if (size < 2 || bytes[0] != DW_OP_plus_uconst)
        return false;
    for (uint64_t i = 1; i < size && i <= 8; i++) {
        value |= (uint64_t)(bytes[i] & 0x7f) << 7 * (i - 1);
        if ((bytes[i] & 0x80) == 0) {
            *out = value;
            return i + 1 == size;
        }
    }
    return false;
}

bool ms_die_find_member_offset(Dwarf_Debug debug, Dwarf_Die die, uint64_t *out) {
    Dwarf_Attribute found;
    if (!s_find(debug, die, DW_AT_data_member_location, &found))
        return false;
    bool good = s_number(debug, found, out);
    Dwarf_Error error = NULL;
    if (!good) {
        Dwarf_Unsigned size = 0;
        Dwarf_Ptr bytes = NULL;
        Dwarf_Block *block = NULL;
        if (ms_die_ok(debug, dwarf_formexprloc(found, &size, &bytes, &error), error)) {
            good = s_plus_constant(bytes, size, out);
        } else {
            error = NULL;
            if (ms_die_ok(debug, dwarf_formblock(found, &block, &error), error)) {
                good = s_plus_constant(block->bl_data, block->bl_len, out);
                dwarf_dealloc(debug, block, DW_DLA_BLOCK);
            }
        }
    }
    dwarf_dealloc_attribute(found);
    return good;
}

/* DWARF 2 to 4: .debug_ranges. */
static bool s_add_old_ranges(Dwarf_Debug debug, Dwarf_Die die, uint64_t offset, uint64_t base,
                             uint32_t owner, struct ms_ranges *out) {
    Dwarf_Error error = NULL;
    Dwarf_Off real_offset;
    Dwarf_Ranges *list = NULL;
    Dwarf_Signed count = 0;
    Dwarf_Unsigned bytes;
    if (!ms_die_ok(
            debug,
            dwarf_get_ranges_b(debug, offset, die, &real_offset, &list, &count, &bytes, &error),
            error))
        return true;
    bool good = true;
    for (Dwarf_Signed i = 0; i < count && good && list[i].dwr_type != DW_RANGES_END; i++) {
        if (list[i].dwr_type == DW_RANGES_ADDRESS_SELECTION)
            base = list[i].dwr_addr2;
        else
            good = ms_ranges_add(out, base + list[i].dwr_addr1, base + list[i].dwr_addr2, owner);
    }
    ms_shim_free_ranges(debug, list, count);
    return good;
}

/* libdwarf 20210528 has no list for a number in a .dwo file, where there is one table of them. */
static bool s_find_split_list(Dwarf_Debug debug, uint64_t number, uint64_t *offset) {
    Dwarf_Error error = NULL;
    Dwarf_Unsigned tables = 0, in_table, in_section;
    int result = dwarf_load_rnglists(debug, &tables, &error);
    if (!ms_die_ok(debug, result, error) || tables != 1)
        return false;
    error = NULL;
    result = dwarf_get_rnglist_offset_index_value(debug, 0, number, &in_table, &in_section, &error);
    if (!ms_die_ok(debug, result, error))
        return false;
    *offset = in_section;
    return true;
}

/* DWARF 5: .debug_rnglists. */
static bool s_add_new_ranges(Dwarf_Debug debug, Dwarf_Attribute found, Dwarf_Half form,
                             uint64_t value, uint32_t owner, struct ms_ranges *out) {
    Dwarf_Error error = NULL;
    Dwarf_Rnglists_Head head = NULL;
    Dwarf_Unsigned count = 0, place;
    int result = dwarf_rnglists_get_rle_head(found, form, value, &head, &count, &place, &error);
    bool good = ms_die_ok(debug, result, error);
    if (!good && form == DW_FORM_rnglistx && s_find_split_list(debug, value, &value)) {
        error = NULL;
        result = dwarf_rnglists_get_rle_head(found, DW_FORM_sec_offset, value, &head, &count,
                                             &place, &error);
        good = ms_die_ok(debug, result, error);
    }
    if (!good)
        return true;
    for (Dwarf_Unsigned i = 0; i < count && good; i++) {
        unsigned length, kind = DW_RLE_end_of_list;
        Dwarf_Unsigned raw1, raw2, low = 0, high = 0;
        Dwarf_Bool no_addresses = 0;
        error = NULL;
        if (!ms_die_ok(debug,
                       dwarf_get_rnglists_entry_fields_a(head, i, &length, &kind, &raw1, &raw2,
                                                         &no_addresses, &low, &high, &error),
                       error) ||
            kind == DW_RLE_end_of_list)
            break;
        if (kind != DW_RLE_base_address && kind != DW_RLE_base_addressx && !no_addresses)
            good = ms_ranges_add(out, low, high, owner);
    }
    dwarf_dealloc_rnglists_head(head);
    return good;
}

static bool s_add_list(Dwarf_Debug debug, Dwarf_Die die, uint64_t base, uint32_t owner,
                       struct ms_ranges *out) {
    Dwarf_Attribute found;
    if (!s_find(debug, die, DW_AT_ranges, &found))
        return true;
    Dwarf_Error error = NULL;
    Dwarf_Half form = 0, version = 0, offset_size;
    Dwarf_Off offset = 0;
    uint64_t value = 0;
    bool good = true;
    if (ms_die_ok(debug, dwarf_whatform(found, &form, &error), error) &&
        dwarf_get_version_of_die(die, &version, &offset_size) == DW_DLV_OK) {
        error = NULL;
        bool known = form == DW_FORM_rnglistx
                         ? s_number(debug, found, &value)
                         : ms_die_ok(debug, dwarf_global_formref(found, &offset, &error), error);
        if (known && form != DW_FORM_rnglistx)
            value = offset;
        if (known && version >= 5)
            good = s_add_new_ranges(debug, found, form, value, owner, out);
        else if (known)
            good = s_add_old_ranges(debug, die, value, base, owner, out);
    }
    dwarf_dealloc_attribute(found);
    return good;
}

bool ms_die_add_ranges(Dwarf_Debug debug, Dwarf_Die die, uint64_t base, uint32_t owner,
                       struct ms_ranges *out) {
    Dwarf_Error error = NULL;
    Dwarf_Addr low = 0, high = 0;
    Dwarf_Half form;
    enum Dwarf_Form_Class class = DW_FORM_CLASS_UNKNOWN;
    if (ms_die_ok(debug, dwarf_highpc_b(die, &high, &form, &class, &error), error)) {
        error = NULL;
        if (!ms_die_ok(debug, dwarf_lowpc(die, &low, &error), error))
            return true;
        if (class != DW_FORM_CLASS_ADDRESS && __builtin_add_overflow(low, high, &high))
            return true;
        return ms_ranges_add(out, low, high, owner);
    }
    return s_add_list(debug, die, base, owner, out);
}
