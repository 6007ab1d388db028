/* SPDX-License-Identifier: MIT */
#include "symbols/dwarf_extent.h"

#include "base/checked.h"
#include "symbols/dwarf_members.h"
#include "symbols/grow.h"

static bool s_is_wrapper(Dwarf_Half tag) {
    return tag == DW_TAG_typedef || tag == DW_TAG_const_type || tag == DW_TAG_volatile_type ||
           tag == DW_TAG_restrict_type || tag == DW_TAG_atomic_type;
}

void ms_extent_strip(Dwarf_Debug debug, Dwarf_Die *die) {
    for (int i = 0; i < MS_DIE_CHAIN_LIMIT && s_is_wrapper(ms_die_tag(debug, *die)); i++) {
        Dwarf_Die next = NULL;
        bool found = ms_die_follow(debug, *die, DW_AT_type, &next);
        dwarf_dealloc_die(*die);
        *die = found ? next : NULL;
        if (!found)
            return;
    }
}

/* A power of two, at most what the machine aligns anything to by itself. */
static uint64_t s_natural_alignment(const struct ms_dwarf *dwarf, uint64_t size) {
    uint64_t most = dwarf->narrow_alignment ? 4 : 16, alignment = 1;
    while (alignment < most && alignment * 2 <= size)
        alignment *= 2;
    return alignment;
}

static bool s_measure_scalar(struct ms_types *types, Dwarf_Die die, Dwarf_Half tag,
                             struct ms_type_extent *out) {
    Dwarf_Debug debug = types->dwarf->debug;
    uint64_t encoding = 0;
    if (!ms_die_find_number(debug, die, DW_AT_byte_size, &out->size)) {
        if (tag == DW_TAG_base_type || tag == DW_TAG_enumeration_type)
            return false;
        out->size = types->dwarf->address_bytes;
    }
    uint64_t unit = out->size;
    if (ms_die_find_number(debug, die, DW_AT_encoding, &encoding) &&
        encoding == DW_ATE_complex_float)
        unit /= 2;
    if (tag == DW_TAG_ptr_to_member_type && unit > types->dwarf->address_bytes)
        unit = types->dwarf->address_bytes;
    out->alignment = s_natural_alignment(types->dwarf, unit);
    return true;
}

static bool s_measure_array(struct ms_types *types, Dwarf_Die die, int depth,
                            struct ms_type_extent *out) {
    Dwarf_Debug debug = types->dwarf->debug;
    Dwarf_Die element = NULL, child = NULL;
    if (!ms_die_follow(debug, die, DW_AT_type, &element))
        return false;
    bool good = ms_extent_measure(types, element, depth + 1, out);
    dwarf_dealloc_die(element);
    if (!good)
        return false;
    uint64_t count = 1;
    struct ms_die_walk walk = {debug, 0};
    if (!ms_die_first_child(&walk, die, &child))
        count = 0;
    while (child != NULL) {
        uint64_t length = 0;
        if (ms_die_tag(debug, child) == DW_TAG_subrange_type) {
            /* No bound: a flexible array. One that is not a number: of variable size. */
            if (ms_die_find_number(debug, child, DW_AT_upper_bound, &length))
                length++;
            else if (!ms_die_find_number(debug, child, DW_AT_count, &length))
                good = good && !ms_die_has(debug, child, DW_AT_upper_bound) &&
                       !ms_die_has(debug, child, DW_AT_count);
            good = good && ms_checked_mul(count, length, &count);
        }
        ms_die_advance(&walk, &child);
    }
    good = good && ms_checked_mul(out->size, count, &out->size);
    if (good && ms_die_has_flag(debug, die, DW_AT_GNU_vector))
        out->alignment = out->size & (out->size - 1) ? out->alignment : out->size;
    return good;
}

static bool s_measure_aggregate(struct ms_types *types, Dwarf_Die die, int depth,
                                struct ms_type_extent *out) {
    struct ms_members members;
    if (!ms_members_read(types, die, depth + 1, &members))
        return false;
    out->size = members.size;
    out->alignment = members.alignment;
    ms_members_fini(&members);
    return true;
}

/* Measures a type with parts, once. It is entered before it is known: one that contains itself is
 * damaged, and not known. */
static bool s_measure_parts(struct ms_types *types, Dwarf_Die die, Dwarf_Half tag, int depth,
                            struct ms_type_extent *out) {
    uint64_t key = ms_die_key(ms_die_get_place(types->dwarf->debug, die));
    uint32_t index = ms_key_find(&types->measured, key);
    if (index == MS_KEY_NONE) {
        if (types->extent_count >= MS_KEY_NONE ||
            !ms_grow_room(&types->extents, types->extent_count, &types->extent_capacity,
                          sizeof(*types->extents)) ||
            !ms_key_add(&types->measured, key, (uint32_t)types->extent_count))
            return false;
        index = (uint32_t)types->extent_count++;
        types->extents[index] = (struct ms_type_extent){0};
        struct ms_type_extent extent = {0};
        extent.known = tag == DW_TAG_array_type ? s_measure_array(types, die, depth, &extent)
                                                : s_measure_aggregate(types, die, depth, &extent);
        types->extents[index] = extent;
    }
    *out = types->extents[index];
    return out->known;
}

static bool s_measure_stripped(struct ms_types *types, Dwarf_Die die, int depth,
                               struct ms_type_extent *out) {
    Dwarf_Half tag = ms_die_tag(types->dwarf->debug, die);
    switch (tag) {
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_array_type:
        return s_measure_parts(types, die, tag, depth, out);
    case DW_TAG_base_type:
    case DW_TAG_enumeration_type:
    case DW_TAG_pointer_type:
    case DW_TAG_reference_type:
    case DW_TAG_rvalue_reference_type:
    case DW_TAG_ptr_to_member_type:
        return s_measure_scalar(types, die, tag, out);
    default:
        return false;
    }
}

void ms_extent_take_asked(Dwarf_Debug debug, Dwarf_Die die, uint64_t *alignment) {
    uint64_t asked;
    if (ms_die_find_number(debug, die, DW_AT_alignment, &asked) && asked > *alignment &&
        (asked & (asked - 1)) == 0 && asked < MS_EXTENT_LIMIT)
        *alignment = asked;
}

bool ms_extent_measure(struct ms_types *types, Dwarf_Die die, int depth,
                       struct ms_type_extent *out) {
    Dwarf_Debug debug = types->dwarf->debug;
    Dwarf_Die type = NULL;
    *out = (struct ms_type_extent){0};
    if (depth > MS_EXTENT_DEPTH_LIMIT || !ms_die_open(debug, ms_die_get_place(debug, die), &type))
        return false;
    ms_extent_strip(debug, &type);
    if (type == NULL)
        return false;
    out->known = s_measure_stripped(types, type, depth, out) && out->size <= MS_EXTENT_LIMIT;
    if (out->known) {
        ms_extent_take_asked(debug, type, &out->alignment);
        ms_extent_take_asked(debug, die, &out->alignment); /* a typedef's */
    }
    dwarf_dealloc_die(type);
    return out->known;
}
