/* SPDX-License-Identifier: MIT */
#include "symbols/dwarf_members.h"

#include <stdlib.h>

#include "memscope/report.h"
#include "symbols/dwarf_extent.h"
#include "symbols/grow.h"

void ms_members_fini(struct ms_members *members) {
    free(members->items);
    *members = (struct ms_members){0};
}

/* The bits of a bit-field, from the start of the struct. DWARF 4 and later may say it so; before,
 * it was the distance from the most significant bit of a unit of storage. Source: DWARF 4, 5.5.6.
 */
static bool s_find_bits(struct ms_dwarf *dwarf, Dwarf_Die die, uint64_t type_size, uint64_t *first,
                        uint64_t *count) {
    uint64_t offset = 0, distance = 0, unit = type_size;
    if (!ms_die_find_number(dwarf->debug, die, DW_AT_bit_size, count) || *count > 1024)
        return false;
    if (ms_die_find_number(dwarf->debug, die, DW_AT_data_bit_offset, first))
        return *first < MS_EXTENT_LIMIT;
    ms_die_find_member_offset(dwarf->debug, die, &offset);
    ms_die_find_number(dwarf->debug, die, DW_AT_byte_size, &unit);
    ms_die_find_number(dwarf->debug, die, DW_AT_bit_offset, &distance);
    if (offset >= MS_EXTENT_LIMIT || unit > 128 || distance > unit * 8 ||
        *count > unit * 8 - distance)
        return false;
    *first = offset * 8 + unit * 8 - distance - *count;
    return true;
}

/* What TYPE, of a member, is besides its size. Of a class that ends with a base class it is not
 * asked whether that ends with padding: it is taken to. */
static unsigned s_find_traits(struct ms_types *types, Dwarf_Die type, int depth) {
    Dwarf_Debug debug = types->dwarf->debug;
    struct ms_members members;
    Dwarf_Die die = NULL;
    unsigned traits = MEMSCOPE_MEMBER_STRUCT;
    if (!ms_die_open(debug, ms_die_get_place(debug, type), &die))
        return traits;
    ms_extent_strip(debug, &die);
    if (die == NULL)
        return traits;
    if (!ms_members_read(types, die, depth, &members)) {
        dwarf_dealloc_die(die);
        return traits | MEMSCOPE_MEMBER_PADDED;
    }
    uint64_t end = 0;
    for (size_t i = 0; i < members.count; i++) {
        const struct ms_member *member = &members.items[i];
        uint64_t data = member->offset + member->size;
        if (member->kind == MS_MEMBER_BASE && (member->traits & MEMSCOPE_MEMBER_EMPTY) != 0)
            data = 0;
        else if (member->kind == MS_MEMBER_BASE && data == members.size)
            data = (member->traits & MEMSCOPE_MEMBER_PADDED) != 0 ? data - 1 : data;
        if (data > end)
            end = data;
    }
    if (end == 0)
        traits |= MEMSCOPE_MEMBER_EMPTY;
    if (end != members.size || members.doubtful)
        traits |= MEMSCOPE_MEMBER_PADDED;
    ms_members_fini(&members);
    dwarf_dealloc_die(die);
    return traits;
}

static bool s_is_record(Dwarf_Debug debug, Dwarf_Die type, bool *is_array) {
    Dwarf_Die die = NULL;
    bool is_record = false;
    *is_array = false;
    if (!ms_die_open(debug, ms_die_get_place(debug, type), &die))
        return false;
    ms_extent_strip(debug, &die);
    if (die == NULL)
        return false;
    Dwarf_Half tag = ms_die_tag(debug, die);
    is_record =
        tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
    *is_array = tag == DW_TAG_array_type;
    dwarf_dealloc_die(die);
    return is_record;
}

static void s_find_kind(struct ms_types *types, Dwarf_Die die, Dwarf_Die type, int depth,
                        struct ms_member *out) {
    Dwarf_Debug debug = types->dwarf->debug;
    bool is_array, is_record = s_is_record(debug, type, &is_array);
    if (ms_die_tag(debug, die) == DW_TAG_inheritance) {
        out->kind = MS_MEMBER_BASE;
        out->traits = s_find_traits(types, type, depth + 1);
    } else if (ms_die_has_flag(debug, die, DW_AT_artificial)) {
        out->kind = MS_MEMBER_VTABLE;
    } else if (ms_die_has(debug, die, DW_AT_bit_size)) {
        out->kind = MS_MEMBER_BIT_FIELD;
    } else if (is_array && out->size == 0) {
        out->kind = MS_MEMBER_FLEXIBLE;
    } else if (is_record) {
        out->traits = MEMSCOPE_MEMBER_STRUCT;
    }
}

/* False: DIE is no part of the objects of the type (a static member), or not to be known. */
static bool s_read_member(struct ms_types *types, Dwarf_Die die, int depth, struct ms_members *all,
                          struct ms_member *out) {
    Dwarf_Debug debug = types->dwarf->debug;
    struct ms_type_extent extent = {0};
    uint64_t bits = 0, first = 0;
    Dwarf_Die type = NULL;
    *out = (struct ms_member){.place = ms_die_get_place(debug, die)};
    if (ms_die_has_flag(debug, die, DW_AT_external) ||
        ms_die_has_flag(debug, die, DW_AT_declaration))
        return false;
    bool good = ms_die_follow(debug, die, DW_AT_type, &type);
    if (good) {
        good = ms_extent_measure(types, type, depth, &extent);
        out->size = extent.size;
        if (good)
            s_find_kind(types, die, type, depth, out);
        dwarf_dealloc_die(type);
    }
    out->alignment = extent.alignment;
    ms_extent_take_asked(debug, die, &out->alignment);
    if (good && ms_die_has(debug, die, DW_AT_bit_size)) {
        good = s_find_bits(types->dwarf, die, extent.size, &first, &bits);
        out->offset = first / 8;
        out->size = (first + bits + 7) / 8 - out->offset;
        out->storage = extent.size != 0 ? out->offset - out->offset % extent.size : out->offset;
        out->bit_offset = first;
        out->bit_size = bits;
    } else if (good) {
        good = (ms_die_find_member_offset(debug, die, &out->offset) ||
                !ms_die_has(debug, die, DW_AT_data_member_location)) &&
               out->offset < MS_EXTENT_LIMIT;
        out->storage = out->offset;
    }
    all->doubtful |= !good;
    return good;
}

static int s_compare(const void *a, const void *b) {
    const struct ms_member *x = *(struct ms_member *const *)a, *y = *(struct ms_member *const *)b;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return x->place.offset < y->place.offset ? -1 : x->place.offset > y->place.offset;
}

static bool s_find_holes(struct ms_members *members) {
    size_t count = members->count;
    uint64_t end = 0;
    if (count == 0) {
        members->padding = members->size;
        return true;
    }
    struct ms_member **order = calloc(count, sizeof(struct ms_member *));
    if (order == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        order[i] = &members->items[i];
    qsort(order, count, sizeof(struct ms_member *), s_compare); /* C++ bases may come later */
    for (size_t i = 0; i < count; i++) {
        uint64_t next = i + 1 < count ? order[i + 1]->offset : members->size;
        if (order[i]->offset + order[i]->size > end)
            end = order[i]->offset + order[i]->size;
        uint64_t hole = next > end ? next - end : 0;
        members->padding += hole;
        if (!members->is_union)
            order[i]->hole_after = hole;
    }
    free(order);
    return true;
}

static void s_find_alignment(struct ms_types *types, Dwarf_Die die, struct ms_members *members) {
    members->alignment = 1;
    for (size_t i = 0; i < members->count; i++) {
        uint64_t alignment = members->items[i].alignment, at = members->items[i].storage;
        while (alignment > 1 && at % alignment != 0)
            alignment /= 2;
        if (alignment > members->alignment)
            members->alignment = alignment;
    }
    if (members->size % members->alignment != 0)
        members->alignment = 1;
    ms_extent_take_asked(types->dwarf->debug, die, &members->alignment);
}

static bool s_read_children(struct ms_types *types, Dwarf_Die die, int depth,
                            struct ms_members *out) {
    Dwarf_Debug debug = types->dwarf->debug;
    Dwarf_Die child = NULL;
    struct ms_die_walk walk = {debug, 0};
    bool good = true;
    if (!ms_die_first_child(&walk, die, &child))
        return true;
    while (child != NULL && good) {
        Dwarf_Half tag = ms_die_tag(debug, child);
        struct ms_member member;
        if ((tag == DW_TAG_member || tag == DW_TAG_inheritance) &&
            s_read_member(types, child, depth, out, &member)) {
            good = ms_grow_room(&out->items, out->count, &out->capacity, sizeof(*out->items));
            if (good)
                out->items[out->count++] = member;
        }
        ms_die_advance(&walk, &child);
    }
    if (child != NULL)
        dwarf_dealloc_die(child);
    return good;
}

/* The complete type that DIE, a declaration, stands for: in a unit of its own
 * (-fdebug-types-section), or in another compilation, under the same name. */
static bool s_complete(struct ms_types *types, Dwarf_Die die, Dwarf_Die *out) {
    Dwarf_Debug debug = types->dwarf->debug;
    Dwarf_Half tag = ms_die_tag(debug, die);
    enum ms_type_kind kind = tag == DW_TAG_union_type ? MS_TYPE_UNION : MS_TYPE_STRUCT;
    struct ms_type_place place;
    if (ms_die_follow(debug, die, DW_AT_signature, out))
        return true;
    const char *name = ms_types_find_name(types, die);
    return name != NULL && ms_types_find(types, kind, name, false, &place) &&
           ms_die_open(debug, place.die, out);
}

bool ms_members_read(struct ms_types *types, Dwarf_Die die, int depth, struct ms_members *out) {
    Dwarf_Debug debug = types->dwarf->debug;
    Dwarf_Die complete = NULL;
    *out = (struct ms_members){.is_union = ms_die_tag(debug, die) == DW_TAG_union_type};
    if (depth > MS_EXTENT_DEPTH_LIMIT)
        return false;
    if (ms_die_has_flag(debug, die, DW_AT_declaration) || ms_die_has(debug, die, DW_AT_signature)) {
        if (!s_complete(types, die, &complete))
            return false;
        die = complete;
    }
    bool good = ms_die_find_number(debug, die, DW_AT_byte_size, &out->size) &&
                out->size <= MS_EXTENT_LIMIT && s_read_children(types, die, depth, out) &&
                s_find_holes(out);
    if (good)
        s_find_alignment(types, die, out);
    else
        ms_members_fini(out);
    if (complete != NULL)
        dwarf_dealloc_die(complete);
    return good;
}
