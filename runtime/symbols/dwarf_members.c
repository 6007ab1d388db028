/* SPDX-License-Identifier: MIT */
#include "symbols/dwarf_members.h"

#include <stdlib.h>

#include "base/checked.h"
#include "symbols/grow.h"

#define NESTING_LIMIT 64

/* Members may lie beyond any size that a damaged file tells; sums of these never overflow. */
#define SIZE_LIMIT (UINT64_C(1) << 56)

static bool s_is_wrapper(Dwarf_Half tag) {
    return tag == DW_TAG_typedef || tag == DW_TAG_const_type || tag == DW_TAG_volatile_type ||
           tag == DW_TAG_restrict_type || tag == DW_TAG_atomic_type;
}

void ms_members_strip(Dwarf_Debug debug, Dwarf_Die *die) {
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
    bool good = ms_members_measure(types, element, depth + 1, out);
    dwarf_dealloc_die(element);
    if (!good)
        return false;
    uint64_t count = 1;
    if (!ms_die_first_child(debug, die, &child))
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
        ms_die_advance(debug, &child);
    }
    good = good && ms_checked_mul(out->size, count, &out->size);
    if (good && ms_die_has_flag(debug, die, DW_AT_GNU_vector))
        out->alignment = out->size & (out->size - 1) ? out->alignment : out->size;
    return good;
}

static bool s_measure_aggregate(struct ms_types *types, Dwarf_Die die, int depth,
                                struct ms_type_extent *out) {
    uint64_t key = ms_die_key(ms_die_get_place(types->dwarf->debug, die));
    uint32_t known = ms_key_find(&types->measured, key);
    if (known == MS_KEY_NONE) {
        /* Entered before it is known: a struct that contains itself is damaged, and not known. */
        if (types->extent_count >= MS_KEY_NONE ||
            !ms_grow_room(&types->extents, types->extent_count, &types->extent_capacity,
                          sizeof(*types->extents)) ||
            !ms_key_add(&types->measured, key, (uint32_t)types->extent_count))
            return false;
        known = (uint32_t)types->extent_count++;
        types->extents[known] = (struct ms_type_extent){0};
        struct ms_members members;
        if (ms_members_read(types, die, depth + 1, &members)) {
            types->extents[known] = (struct ms_type_extent){members.size, members.alignment, true};
            ms_members_fini(&members);
        }
    }
    *out = types->extents[known];
    return out->known;
}

static bool s_measure_stripped(struct ms_types *types, Dwarf_Die die, int depth,
                               struct ms_type_extent *out) {
    Dwarf_Half tag = ms_die_tag(types->dwarf->debug, die);
    switch (tag) {
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
        return s_measure_aggregate(types, die, depth, out);
    case DW_TAG_array_type:
        return s_measure_array(types, die, depth, out);
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

/* Raises ALIGNMENT to what the source asks for at DIE. */
static void s_take_asked_alignment(Dwarf_Debug debug, Dwarf_Die die, uint64_t *alignment) {
    uint64_t asked;
    if (ms_die_find_number(debug, die, DW_AT_alignment, &asked) && asked > *alignment &&
        (asked & (asked - 1)) == 0 && asked < SIZE_LIMIT)
        *alignment = asked;
}

bool ms_members_measure(struct ms_types *types, Dwarf_Die die, int depth,
                        struct ms_type_extent *out) {
    Dwarf_Debug debug = types->dwarf->debug;
    Dwarf_Die type = NULL;
    *out = (struct ms_type_extent){0};
    if (depth > NESTING_LIMIT || !ms_die_open(debug, ms_die_get_place(debug, die), &type))
        return false;
    ms_members_strip(debug, &type);
    if (type == NULL)
        return false;
    out->known = s_measure_stripped(types, type, depth, out) && out->size <= SIZE_LIMIT;
    if (out->known) {
        s_take_asked_alignment(debug, type, &out->alignment);
        s_take_asked_alignment(debug, die, &out->alignment); /* a typedef's */
    }
    dwarf_dealloc_die(type);
    return out->known;
}

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
        return *first < SIZE_LIMIT;
    ms_die_find_member_offset(dwarf->debug, die, &offset);
    ms_die_find_number(dwarf->debug, die, DW_AT_byte_size, &unit);
    ms_die_find_number(dwarf->debug, die, DW_AT_bit_offset, &distance);
    if (offset >= SIZE_LIMIT || unit > 128 || distance > unit * 8 || *count > unit * 8 - distance)
        return false;
    *first = offset * 8 + unit * 8 - distance - *count;
    return true;
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
        good = ms_members_measure(types, type, depth, &extent);
        dwarf_dealloc_die(type);
    }
    out->size = extent.size;
    out->alignment = extent.alignment;
    s_take_asked_alignment(debug, die, &out->alignment);
    if (good && ms_die_has(debug, die, DW_AT_bit_size)) {
        good = s_find_bits(types->dwarf, die, extent.size, &first, &bits);
        out->offset = first / 8;
        out->size = (first + bits + 7) / 8 - out->offset;
        out->storage = extent.size != 0 ? out->offset - out->offset % extent.size : out->offset;
    } else if (good) {
        good = (ms_die_find_member_offset(debug, die, &out->offset) ||
                !ms_die_has(debug, die, DW_AT_data_member_location)) &&
               out->offset < SIZE_LIMIT;
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
        if (members->is_union && i + 1 < count)
            continue;
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
    s_take_asked_alignment(types->dwarf->debug, die, &members->alignment);
}

static bool s_read_children(struct ms_types *types, Dwarf_Die die, int depth,
                            struct ms_members *out) {
    Dwarf_Debug debug = types->dwarf->debug;
    Dwarf_Die child = NULL;
    bool good = true;
    if (!ms_die_first_child(debug, die, &child))
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
        ms_die_advance(debug, &child);
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
    if (depth > NESTING_LIMIT)
        return false;
    if (ms_die_has_flag(debug, die, DW_AT_declaration) || ms_die_has(debug, die, DW_AT_signature)) {
        if (!s_complete(types, die, &complete))
            return false;
        die = complete;
    }
    bool good = ms_die_find_number(debug, die, DW_AT_byte_size, &out->size) &&
                out->size <= SIZE_LIMIT && s_read_children(types, die, depth, out) &&
                s_find_holes(out);
    if (good)
        s_find_alignment(types, die, out);
    else
        ms_members_fini(out);
    if (complete != NULL)
        dwarf_dealloc_die(complete);
    return good;
}
