/* SPDX-License-Identifier: MIT */
#include "symbols/dwarf_layout.h"

#include "symbols/dwarf_extent.h"
#include "symbols/dwarf_lines.h"
#include "symbols/dwarf_members.h"
#include "symbols/dwarf_spell.h"

static const char *const s_kinds[] = {
    [MS_MEMBER_PLAIN] = "member",
    [MS_MEMBER_BIT_FIELD] = "bit_field",
    [MS_MEMBER_FLEXIBLE] = "flexible_array",
    [MS_MEMBER_BASE] = "base",
    [MS_MEMBER_VTABLE] = "vtable",
};

static bool s_crosses_line(const struct ms_member *member) {
    uint64_t line = MEMSCOPE_CACHE_LINE_BYTES;
    return member->size != 0 && member->size <= line &&
           member->offset / line != (member->offset + member->size - 1) / line;
}

static bool s_fill_member(struct ms_types *types, const struct ms_member *member, bool is_c,
                          struct memscope_member *out) {
    Dwarf_Debug debug = types->dwarf->debug;
    Dwarf_Die die = NULL;
    if (!ms_die_open(debug, member->place, &die))
        return false;
    const char *name = ms_die_find_text(debug, die, DW_AT_name);
    *out = (struct memscope_member){
        .name = name != NULL ? name : "",
        .type_name = ms_spell_type_of(types, die, is_c),
        .offset = member->offset,
        .size = member->size,
        .hole_after = member->hole_after,
        .kind = s_kinds[member->kind],
        .alignment = member->alignment,
        .bit_offset = MEMSCOPE_UNKNOWN,
        .bit_size = MEMSCOPE_UNKNOWN,
        .crosses_line = s_crosses_line(member),
        .traits = member->traits,
    };
    if (member->kind == MS_MEMBER_BIT_FIELD) {
        out->bit_offset = member->bit_offset;
        out->bit_size = member->bit_size;
    }
    dwarf_dealloc_die(die);
    return true;
}

/* DIE is a struct, class or union. */
static bool s_fill_members(struct ms_types *types, Dwarf_Die die, bool is_c,
                           struct memscope_type_layout *out) {
    struct ms_members members;
    if (!ms_members_read(types, die, 0, &members))
        return false;
    struct memscope_member *list =
        ms_pool_alloc(&types->dwarf->pool, members.count * sizeof(struct memscope_member));
    bool good = list != NULL;
    for (size_t i = 0; i < members.count && good; i++) {
        good = s_fill_member(types, &members.items[i], is_c, &list[i]);
        if (members.doubtful)
            list[i].hole_after = MEMSCOPE_UNKNOWN;
    }
    if (good) {
        out->members = list;
        out->member_count = members.count;
        out->padding_bytes = members.doubtful ? MEMSCOPE_UNKNOWN : members.padding;
        out->is_struct = !members.doubtful && !members.is_union;
    }
    ms_members_fini(&members);
    return good;
}

static void s_fill_place(struct ms_types *types, Dwarf_Die die, struct memscope_type_layout *out) {
    Dwarf_Debug debug = types->dwarf->debug;
    uint64_t file, line;
    if (!ms_die_find_number(debug, die, DW_AT_decl_file, &file) ||
        !ms_die_find_number(debug, die, DW_AT_decl_line, &line))
        return;
    const struct ms_lines *lines = ms_dwarf_find_lines(types->dwarf, ms_die_get_place(debug, die));
    const char *path = lines != NULL ? ms_lines_find_file(lines, file) : NULL;
    if (path != NULL)
        out->declared =
            ms_pool_print(&types->dwarf->pool, "%s:%llu", path, (unsigned long long)line);
}

/* The name of the struct DIE as the source spells it, and where that is. */
static void s_fill_name(struct ms_types *types, Dwarf_Die die, bool is_c,
                        struct memscope_type_layout *out) {
    Dwarf_Debug debug = types->dwarf->debug;
    const char *name = ms_types_find_name(types, die);
    const char *tag = ms_die_tag(debug, die) == DW_TAG_union_type ? "union " : "struct ";
    Dwarf_Die complete = NULL;
    if (name != NULL)
        out->struct_name = is_c ? ms_pool_join(&types->dwarf->pool, tag, "", name) : name;
    /* -fdebug-types-section: the place is in the unit of the type. */
    bool elsewhere = ms_die_follow(debug, die, DW_AT_signature, &complete);
    s_fill_place(types, elsewhere ? complete : die, out);
    if (elsewhere)
        dwarf_dealloc_die(complete);
}

static bool s_read(struct ms_types *types, Dwarf_Die *die, bool pointee, bool is_c,
                   struct memscope_type_layout *out) {
    Dwarf_Debug debug = types->dwarf->debug;
    struct ms_type_extent extent;
    if (pointee) {
        ms_extent_strip(debug, die);
        Dwarf_Die target = NULL;
        if (*die == NULL || ms_die_tag(debug, *die) != DW_TAG_pointer_type ||
            !ms_die_follow(debug, *die, DW_AT_type, &target))
            return false;
        dwarf_dealloc_die(*die);
        *die = target;
    }
    if (!ms_extent_measure(types, *die, 0, &extent))
        return false;
    *out = (struct memscope_type_layout){.size = extent.size, .alignment = extent.alignment};
    ms_extent_strip(debug, die);
    Dwarf_Half tag = *die != NULL ? ms_die_tag(debug, *die) : 0;
    if (tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type) {
        s_fill_name(types, *die, is_c, out);
        return s_fill_members(types, *die, is_c, out);
    }
    return true;
}

bool ms_layout_read(struct ms_types *types, struct ms_type_place type, bool pointee,
                    struct memscope_type_layout *out) {
    Dwarf_Die die = NULL;
    if (!ms_die_open(types->dwarf->debug, type.die, &die))
        return false;
    bool good = s_read(types, &die, pointee, type.is_c, out);
    if (die != NULL)
        dwarf_dealloc_die(die);
    return good;
}
