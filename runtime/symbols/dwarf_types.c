/* SPDX-License-Identifier: MIT */
#include "symbols/dwarf_types.h"

#include <stdlib.h>
#include <string.h>

#include "symbols/dwarf_imports.h"
#include "symbols/grow.h"

struct s_walk {
    struct ms_die_walk dies;
    struct ms_types *types;
    uint32_t scope;
    bool is_c;
    bool deep;
};

static void s_walk_children(struct s_walk *walk, Dwarf_Die parent, int depth, const char *outer);

void ms_types_init(struct ms_types *types, struct ms_dwarf *dwarf) {
    *types = (struct ms_types){.dwarf = dwarf};
}

void ms_types_fini(struct ms_types *types) {
    free(types->entries);
    free(types->qualified);
    free(types->extents);
    ms_key_fini(&types->names);
    ms_key_fini(&types->scoped);
    ms_key_fini(&types->measured);
    ms_key_fini(&types->sources);
    ms_key_fini(&types->taken);
    *types = (struct ms_types){0};
}

/* Where the entry of NAME is in the table, or would be: two names may have one hash. */
static uint64_t s_key(const struct ms_types *types, uint32_t scope, enum ms_type_kind kind,
                      const char *name, uint32_t *entry) {
    uint64_t key = ms_key_text(name, (uint64_t)scope << 8 | ((uint64_t)kind + 1));
    for (;; key++) {
        *entry = ms_key_find(&types->names, key);
        if (*entry == MS_KEY_NONE)
            return key;
        const struct ms_type_entry *known = &types->entries[*entry];
        if (known->scope == scope && known->kind == kind && strcmp(known->name, name) == 0)
            return key;
    }
}

static void s_add(struct s_walk *walk, enum ms_type_kind kind, const char *name, Dwarf_Die die) {
    struct ms_types *types = walk->types;
    uint32_t entry;
    uint64_t key = s_key(types, walk->scope, kind, name, &entry);
    if (entry != MS_KEY_NONE || types->entry_count >= MS_KEY_NONE ||
        !ms_grow_room(&types->entries, types->entry_count, &types->entry_capacity,
                      sizeof(*types->entries)))
        return;
    types->entries[types->entry_count] = (struct ms_type_entry){
        name, {ms_die_get_place(types->dwarf->debug, die), walk->is_c}, kind, walk->scope};
    if (ms_key_add(&types->names, key, (uint32_t)types->entry_count))
        types->entry_count++;
}

/* FULL is the name of DIE, for ms_types_find_name. False: no memory. */
static bool s_keep_name(struct ms_types *types, Dwarf_Die die, const char *full) {
    uint64_t key = ms_die_key(ms_die_get_place(types->dwarf->debug, die));
    if (types->qualified_count >= MS_KEY_NONE ||
        !ms_grow_room(&types->qualified, types->qualified_count, &types->qualified_capacity,
                      sizeof(*types->qualified)))
        return false;
    types->qualified[types->qualified_count] = full;
    if (ms_key_add(&types->scoped, key, (uint32_t)types->qualified_count))
        types->qualified_count++;
    return true;
}

static const char *s_kept_name(const struct ms_types *types, Dwarf_Die die) {
    uint32_t index =
        ms_key_find(&types->scoped, ms_die_key(ms_die_get_place(types->dwarf->debug, die)));
    return index != MS_KEY_NONE ? types->qualified[index] : NULL;
}

/* The name of DIE within OUTER. A name that is joined is kept. */
static const char *s_qualify(struct s_walk *walk, Dwarf_Die die, const char *outer,
                             const char *name) {
    struct ms_types *types = walk->types;
    if (outer == NULL || name == NULL)
        return name != NULL ? name : outer;
    const char *known = s_kept_name(types, die);
    if (known != NULL)
        return known;
    const char *full = ms_pool_join(&types->dwarf->pool, outer, "::", name);
    return full != NULL && s_keep_name(types, die, full) ? full : name;
}

/* The name of a type that is declared in a namespace or class and defined outside of it in the
 * DWARF: GCC's -fdebug-types-section. NULL: it is not such a one. */
static const char *s_declared_name(struct s_walk *walk, Dwarf_Die die) {
    struct ms_types *types = walk->types;
    Dwarf_Die declaration = NULL;
    if (!ms_die_follow(types->dwarf->debug, die, DW_AT_specification, &declaration))
        return NULL;
    const char *name = s_kept_name(types, declaration);
    dwarf_dealloc_die(declaration);
    if (name != NULL && s_kept_name(types, die) == NULL)
        s_keep_name(types, die, name);
    return name;
}

static void s_walk_tagged(struct s_walk *walk, Dwarf_Die die, enum ms_type_kind kind, int depth,
                          const char *outer) {
    Dwarf_Debug debug = walk->types->dwarf->debug;
    const char *name = walk->is_c ? NULL : s_declared_name(walk, die);
    if (name == NULL) {
        name = ms_die_find_text(debug, die, DW_AT_name);
        name = name != NULL ? s_qualify(walk, die, outer, name) : NULL;
    }
    if (name != NULL && !ms_die_has_flag(debug, die, DW_AT_declaration)) {
        s_add(walk, kind, name, die);
        if (!walk->is_c)
            s_add(walk, MS_TYPE_PLAIN, name, die);
    }
    if (!walk->is_c && kind != MS_TYPE_ENUM)
        s_walk_children(walk, die, depth + 1, name != NULL ? name : outer);
}

static void s_walk_die(struct s_walk *walk, Dwarf_Die die, int depth, const char *outer) {
    Dwarf_Debug debug = walk->types->dwarf->debug;
    const char *name;
    switch (ms_die_tag(debug, die)) {
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
        s_walk_tagged(walk, die, MS_TYPE_STRUCT, depth, outer);
        break;
    case DW_TAG_union_type:
        s_walk_tagged(walk, die, MS_TYPE_UNION, depth, outer);
        break;
    case DW_TAG_enumeration_type:
        s_walk_tagged(walk, die, MS_TYPE_ENUM, depth, outer);
        break;
    case DW_TAG_base_type:
        name = ms_die_find_text(debug, die, DW_AT_name);
        if (name != NULL)
            s_add(walk, MS_TYPE_PLAIN, ms_type_name_of_base(name), die);
        break;
    case DW_TAG_typedef:
        name = ms_die_find_text(debug, die, DW_AT_name);
        if (name != NULL)
            s_add(walk, MS_TYPE_PLAIN, s_qualify(walk, die, outer, name), die);
        break;
    case DW_TAG_namespace:
        name = s_qualify(walk, die, outer, ms_die_find_text(debug, die, DW_AT_name));
        s_walk_children(walk, die, depth + 1, name);
        break;
    case DW_TAG_subprogram:
    case DW_TAG_lexical_block:
        if (walk->deep)
            s_walk_children(walk, die, depth + 1, NULL);
        break;
    default:
        break;
    }
}

static void s_walk_children(struct s_walk *walk, Dwarf_Die parent, int depth, const char *outer) {
    Dwarf_Die die = NULL;
    if (depth > MS_DIE_DEPTH_LIMIT || !ms_die_first_child(&walk->dies, parent, &die))
        return;
    while (die != NULL) {
        s_walk_die(walk, die, depth, outer);
        ms_die_advance(&walk->dies, &die);
    }
}

static void s_index_unit(struct ms_types *types, uint32_t index, uint32_t scope, bool is_c,
                         bool deep) {
    struct s_walk walk = {{types->dwarf->debug, 0}, types, scope, is_c, deep};
    Dwarf_Die die = NULL;
    if (!ms_die_open(types->dwarf->debug, types->dwarf->units[index].place, &die))
        return;
    s_walk_children(&walk, die, 0, NULL);
    dwarf_dealloc_die(die);
}

/* A partial unit is of the languages of those that import it: a struct of C and C++ is found in the
 * way of either. One that nobody imports is another program's. */
static void s_index(struct ms_types *types, bool deep) {
    for (size_t i = 0; i < types->dwarf->unit_count; i++) {
        const struct ms_unit *unit = &types->dwarf->units[i];
        if (unit->is_partial ? unit->for_c : unit->is_c)
            s_index_unit(types, (uint32_t)i, 0, true, deep);
        if (unit->is_partial ? unit->for_others : !unit->is_c)
            s_index_unit(types, (uint32_t)i, 0, false, deep);
    }
}

/* A unit, and what it imports. */
static void s_index_whole(struct ms_types *types, uint32_t index) {
    uint32_t *units = NULL;
    size_t count = ms_imports_list(types->dwarf, index, &units);
    for (size_t i = 0; i < count; i++)
        s_index_unit(types, units[i], index + 1, types->dwarf->units[index].is_c, false);
    free(units);
}

void ms_types_read_names(struct ms_types *types) {
    if (!types->indexed) {
        types->indexed = true;
        s_index(types, false);
    }
}

bool ms_types_find(struct ms_types *types, enum ms_type_kind kind, const char *name, bool deep,
                   struct ms_type_place *out) {
    ms_types_read_names(types);
    if (deep && !types->deep) {
        types->deep = true;
        s_index(types, true);
    }
    uint32_t entry;
    s_key(types, 0, kind, name, &entry);
    if (entry == MS_KEY_NONE)
        return false;
    *out = types->entries[entry].place;
    return true;
}

/* Two sources of one name: the first is taken. */
static void s_read_sources(struct ms_types *types) {
    Dwarf_Debug debug = types->dwarf->debug;
    for (size_t i = 0; i < types->dwarf->unit_count; i++) {
        Dwarf_Die die = NULL;
        if (!types->dwarf->units[i].place.is_info ||
            !ms_die_open(debug, types->dwarf->units[i].place, &die))
            continue;
        const char *name = ms_die_find_text(debug, die, DW_AT_name);
        if (name != NULL)
            ms_key_add(&types->sources, ms_key_text(name, 0), (uint32_t)i);
        dwarf_dealloc_die(die);
    }
}

bool ms_types_find_in(struct ms_types *types, const char *file, enum ms_type_kind kind,
                      const char *name, struct ms_type_place *out) {
    if (!types->has_sources) {
        types->has_sources = true;
        s_read_sources(types);
    }
    uint32_t entry, unit = ms_key_find(&types->sources, ms_key_text(file, 0));
    if (unit == MS_KEY_NONE)
        return false;
    if (ms_key_add(&types->taken, unit, 0))
        s_index_whole(types, unit);
    s_key(types, unit + 1, kind, name, &entry);
    if (entry == MS_KEY_NONE)
        return false;
    *out = types->entries[entry].place;
    return true;
}

static const char *s_own_name(const struct ms_types *types, Dwarf_Die die) {
    const char *name = s_kept_name(types, die);
    return name != NULL ? name : ms_die_find_text(types->dwarf->debug, die, DW_AT_name);
}

const char *ms_types_find_name(const struct ms_types *types, Dwarf_Die die) {
    const char *name = s_own_name(types, die);
    Dwarf_Die complete = NULL;
    /* -fdebug-types-section: the name is in the unit of the type. */
    if (name == NULL && ms_die_follow(types->dwarf->debug, die, DW_AT_signature, &complete)) {
        name = s_own_name(types, complete);
        dwarf_dealloc_die(complete);
    }
    return name;
}
