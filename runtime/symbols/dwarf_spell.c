/* SPDX-License-Identifier: MIT */
/*
 * A C declaration is read from its name outwards, and so it is written: from the outer type
 * ("pointer to array of int") inwards, what stands left of the name is put in front of the text so
 * far, what stands right of it behind.
 */
#include "symbols/dwarf_spell.h"

#include <stdio.h>
#include <string.h>

#define PARAMETER_DEPTH_LIMIT 8

struct s_text {
    size_t start, end;                  /* of what is written of bytes */
    bool full;                          /* or not to be known */
    char bytes[2 * MS_TYPE_NAME_BYTES]; /* begun in the middle */
};

struct s_spelling {
    struct ms_types *types;
    bool is_c;
};

enum { QUALIFIER_CONST = 1, QUALIFIER_VOLATILE = 2, QUALIFIER_ATOMIC = 4 };

static void s_spell(const struct s_spelling *spelling, Dwarf_Die die, struct s_text *text,
                    int depth);

static void s_behind(struct s_text *text, const char *more) {
    size_t length = strlen(more);
    if (length > sizeof(text->bytes) - text->end) {
        text->full = true;
        return;
    }
    memcpy(text->bytes + text->end, more, length);
    text->end += length;
}

static void s_before(struct s_text *text, const char *more) {
    size_t length = strlen(more);
    if (length > text->start) {
        text->full = true;
        return;
    }
    text->start -= length;
    memcpy(text->bytes + text->start, more, length);
}

/* Whether what is put before TEXT needs a space: "int *", but "int[4]" and "**". */
static bool s_begins_with(const struct s_text *text, const char *any_of) {
    return text->start != text->end && strchr(any_of, text->bytes[text->start]) != NULL;
}

static void s_put_name(struct s_text *text, const char *tag, const char *name,
                       unsigned qualifiers) {
    if (text->start != text->end && !s_begins_with(text, "["))
        s_before(text, " ");
    s_before(text, name);
    s_before(text, tag);
    if (qualifiers & QUALIFIER_VOLATILE)
        s_before(text, "volatile ");
    if (qualifiers & QUALIFIER_CONST)
        s_before(text, "const ");
    if (qualifiers & QUALIFIER_ATOMIC)
        s_before(text, "_Atomic ");
}

static void s_put_pointer(struct s_text *text, const char *sign, unsigned qualifiers) {
    if (qualifiers != 0 && text->start != text->end && !s_begins_with(text, "[()"))
        s_before(text, " ");
    if (qualifiers & QUALIFIER_VOLATILE)
        s_before(text, qualifiers & QUALIFIER_CONST ? " volatile" : "volatile");
    if (qualifiers & QUALIFIER_CONST)
        s_before(text, "const");
    s_before(text, sign);
}

static void s_put_dimensions(Dwarf_Debug debug, Dwarf_Die array, struct s_text *text) {
    struct ms_die_walk walk = {debug, 0};
    Dwarf_Die die = NULL;
    if (!ms_die_first_child(&walk, array, &die)) {
        s_behind(text, "[]");
        return;
    }
    for (; die != NULL && !text->full; ms_die_advance(&walk, &die)) {
        uint64_t count;
        char number[32] = "[]";
        if (ms_die_tag(debug, die) != DW_TAG_subrange_type)
            continue;
        if (ms_die_find_number(debug, die, DW_AT_count, &count))
            snprintf(number, sizeof(number), "[%llu]", (unsigned long long)count);
        else if (ms_die_find_number(debug, die, DW_AT_upper_bound, &count))
            snprintf(number, sizeof(number), "[%llu]", (unsigned long long)(count + 1));
        s_behind(text, number);
    }
    if (die != NULL)
        dwarf_dealloc_die(die);
}

static void s_put_parameters(const struct s_spelling *spelling, Dwarf_Die function,
                             struct s_text *text, int depth) {
    Dwarf_Debug debug = spelling->types->dwarf->debug;
    struct ms_die_walk walk = {debug, 0};
    Dwarf_Die die = NULL;
    bool any = false;
    s_behind(text, "(");
    if (!ms_die_first_child(&walk, function, &die))
        die = NULL;
    for (; die != NULL && !text->full; ms_die_advance(&walk, &die)) {
        Dwarf_Half tag = ms_die_tag(debug, die);
        if (tag != DW_TAG_formal_parameter && tag != DW_TAG_unspecified_parameters)
            continue;
        if (any)
            s_behind(text, ", ");
        any = true;
        if (tag == DW_TAG_unspecified_parameters) {
            s_behind(text, "...");
            continue;
        }
        struct s_text parameter = {MS_TYPE_NAME_BYTES, MS_TYPE_NAME_BYTES, false, {0}};
        s_spell(spelling, die, &parameter, depth + 1);
        text->full |= parameter.full || parameter.end >= sizeof(parameter.bytes);
        if (!text->full) {
            parameter.bytes[parameter.end] = 0;
            s_behind(text, parameter.bytes + parameter.start);
        }
    }
    if (die != NULL)
        dwarf_dealloc_die(die);
    if (!any && spelling->is_c && ms_die_has_flag(debug, function, DW_AT_prototyped))
        s_behind(text, "void");
    s_behind(text, ")");
}

/* Whether a pointer to the type of DIE needs parentheses: "(*)[4]", "(*)(int)". */
static bool s_points_to_derived(Dwarf_Debug debug, Dwarf_Die pointer) {
    Dwarf_Die target = NULL;
    if (!ms_die_follow(debug, pointer, DW_AT_type, &target))
        return false;
    for (int i = 0; i < MS_DIE_CHAIN_LIMIT; i++) {
        Dwarf_Half tag = ms_die_tag(debug, target);
        Dwarf_Die next = NULL;
        bool qualifier = tag == DW_TAG_const_type || tag == DW_TAG_volatile_type;
        if (!qualifier || !ms_die_follow(debug, target, DW_AT_type, &next)) {
            dwarf_dealloc_die(target);
            return tag == DW_TAG_array_type || tag == DW_TAG_subroutine_type;
        }
        dwarf_dealloc_die(target);
        target = next;
    }
    dwarf_dealloc_die(target);
    return false;
}

static void s_put_tagged(const struct s_spelling *spelling, Dwarf_Die die, const char *tag,
                         struct s_text *text, unsigned qualifiers) {
    const char *name = ms_types_find_name(spelling->types, die);
    s_put_name(text, spelling->is_c || name == NULL ? tag : "", name != NULL ? name : "{...}",
               qualifiers);
}

/* "app::item::" of a pointer to a member of app::item. */
static void s_put_class(const struct s_spelling *spelling, Dwarf_Die die, struct s_text *text) {
    Dwarf_Debug debug = spelling->types->dwarf->debug;
    Dwarf_Die class = NULL;
    if (!ms_die_follow(debug, die, DW_AT_containing_type, &class))
        return;
    const char *name = ms_types_find_name(spelling->types, class);
    if (name != NULL) {
        s_before(text, "::");
        s_before(text, name);
    }
    dwarf_dealloc_die(class);
}

static void s_put_any_pointer(const struct s_spelling *spelling, Dwarf_Die die, Dwarf_Half tag,
                              struct s_text *text, unsigned qualifiers) {
    const char *sign = tag == DW_TAG_reference_type          ? "&"
                       : tag == DW_TAG_rvalue_reference_type ? "&&"
                                                             : "*";
    s_put_pointer(text, sign, qualifiers);
    if (tag == DW_TAG_ptr_to_member_type)
        s_put_class(spelling, die, text);
    if (s_points_to_derived(spelling->types->dwarf->debug, die)) {
        s_before(text, "(");
        s_behind(text, ")");
    }
}

/* Writes the part of TEXT that the type DIE stands for. Returns whether its own DW_AT_type is to be
 * written around it. */
static bool s_put(const struct s_spelling *spelling, Dwarf_Die die, struct s_text *text,
                  unsigned *qualifiers, int depth) {
    Dwarf_Debug debug = spelling->types->dwarf->debug;
    Dwarf_Half tag = ms_die_tag(debug, die);
    const char *name;
    switch (tag) {
    case DW_TAG_const_type:
        *qualifiers |= QUALIFIER_CONST;
        return true;
    case DW_TAG_volatile_type:
        *qualifiers |= QUALIFIER_VOLATILE;
        return true;
    case DW_TAG_atomic_type:
        *qualifiers |= QUALIFIER_ATOMIC;
        return true;
    case DW_TAG_restrict_type:
        return true;
    case DW_TAG_pointer_type:
    case DW_TAG_reference_type:
    case DW_TAG_rvalue_reference_type:
    case DW_TAG_ptr_to_member_type:
        s_put_any_pointer(spelling, die, tag, text, *qualifiers);
        *qualifiers = 0;
        return true;
    case DW_TAG_array_type: /* qualifiers are those of the elements */
        s_put_dimensions(debug, die, text);
        return true;
    case DW_TAG_subroutine_type:
        s_put_parameters(spelling, die, text, depth);
        return true;
    case DW_TAG_structure_type:
        s_put_tagged(spelling, die, "struct ", text, *qualifiers);
        return false;
    case DW_TAG_class_type:
        s_put_tagged(spelling, die, "class ", text, *qualifiers);
        return false;
    case DW_TAG_union_type:
        s_put_tagged(spelling, die, "union ", text, *qualifiers);
        return false;
    case DW_TAG_enumeration_type:
        s_put_tagged(spelling, die, "enum ", text, *qualifiers);
        return false;
    default: /* a typedef, a standard type */
        name = ms_types_find_name(spelling->types, die);
        text->full |= name == NULL;
        if (name != NULL)
            s_put_name(text, "", ms_type_name_of_base(name), *qualifiers);
        return false;
    }
}

/* Writes the DW_AT_type of DIE around TEXT. */
static void s_spell(const struct s_spelling *spelling, Dwarf_Die die, struct s_text *text,
                    int depth) {
    Dwarf_Debug debug = spelling->types->dwarf->debug;
    Dwarf_Die type = NULL, next = NULL;
    unsigned qualifiers = 0;
    if (depth > PARAMETER_DEPTH_LIMIT) {
        text->full = true;
        return;
    }
    for (int i = 0; i < MS_DIE_CHAIN_LIMIT; i++) {
        Dwarf_Die from = type != NULL ? type : die;
        bool found = ms_die_follow(debug, from, DW_AT_type, &next);
        if (!found && ms_die_has(debug, from, DW_AT_type))
            text->full = true; /* damaged, or in a file that is not read: not void */
        else if (!found)
            s_put_name(text, "", "void", qualifiers);
        if (type != NULL)
            dwarf_dealloc_die(type);
        type = found ? next : NULL;
        if (text->full || !found || !s_put(spelling, type, text, &qualifiers, depth)) {
            if (type != NULL)
                dwarf_dealloc_die(type);
            return;
        }
    }
    dwarf_dealloc_die(type);
    text->full = true;
}

const char *ms_spell_type_of(struct ms_types *types, Dwarf_Die die, bool is_c) {
    struct s_spelling spelling = {types, is_c};
    struct s_text text = {MS_TYPE_NAME_BYTES, MS_TYPE_NAME_BYTES, false, {0}};
    s_spell(&spelling, die, &text, 0);
    if (text.full)
        return NULL;
    return ms_pool_copy(&types->dwarf->pool, text.bytes + text.start, text.end - text.start);
}
