/* SPDX-License-Identifier: MIT */
#include "symbols/dwarf_variables.h"

#include <stddef.h>
#include <string.h>

#include "symbols/dwarf_functions.h"
#include "symbols/dwarf_spell.h"

struct s_search {
    struct ms_die_walk dies;
    Dwarf_Debug debug;
    const struct ms_unit *unit;
    uint64_t address;
    const char *name;
    Dwarf_Die found; /* owned; NULL: none yet */
};

/* What DIE is a copy or the definition of has what it does not say itself. Frees DIE; NULL: nothing
 * has ATTRIBUTE. */
static Dwarf_Die s_origin_with(Dwarf_Debug debug, Dwarf_Die die, Dwarf_Half attribute) {
    for (int i = 0; i < MS_DIE_CHAIN_LIMIT && die != NULL; i++) {
        if (ms_die_has(debug, die, attribute))
            return die;
        Dwarf_Die next = NULL;
        if (!ms_die_follow(debug, die, DW_AT_abstract_origin, &next) &&
            !ms_die_follow(debug, die, DW_AT_specification, &next))
            next = NULL;
        dwarf_dealloc_die(die);
        die = next;
    }
    if (die != NULL)
        dwarf_dealloc_die(die);
    return NULL;
}

static Dwarf_Die s_reopen(Dwarf_Debug debug, Dwarf_Die die) {
    Dwarf_Die copy = NULL;
    return ms_die_open(debug, ms_die_get_place(debug, die), &copy) ? copy : NULL;
}

static bool s_is_named(const struct s_search *search, Dwarf_Die die) {
    Dwarf_Die named = s_origin_with(search->debug, s_reopen(search->debug, die), DW_AT_name);
    if (named == NULL)
        return false;
    const char *name = ms_die_find_text(search->debug, named, DW_AT_name);
    dwarf_dealloc_die(named);
    return name != NULL && strcmp(name, search->name) == 0;
}

/* Also where the block has no code of its own. */
static bool s_is_in(const struct s_search *search, Dwarf_Die block) {
    struct ms_ranges ranges = {0};
    bool is_in = false;
    if (ms_die_add_ranges(search->debug, block, search->unit->low, 0, &ranges))
        for (size_t i = 0; i < ranges.count && !is_in; i++)
            is_in =
                ranges.items[i].low <= search->address && search->address < ranges.items[i].high;
    ms_ranges_fini(&ranges);
    return is_in;
}

static void s_keep(struct s_search *search, Dwarf_Die die) {
    if (search->found != NULL)
        dwarf_dealloc_die(search->found);
    search->found = s_reopen(search->debug, die);
}

/* Inner blocks come behind the variables around them: the last one found is the nearest. */
static void s_search_children(struct s_search *search, Dwarf_Die parent, int depth) {
    Dwarf_Die die = NULL;
    if (depth > MS_DIE_DEPTH_LIMIT || !ms_die_first_child(&search->dies, parent, &die))
        return;
    Dwarf_Die block = NULL;
    for (; die != NULL; ms_die_advance(&search->dies, &die)) {
        Dwarf_Half tag = ms_die_tag(search->debug, die);
        if ((tag == DW_TAG_variable || tag == DW_TAG_formal_parameter) && s_is_named(search, die))
            s_keep(search, die);
        else if (tag == DW_TAG_lexical_block && block == NULL && s_is_in(search, die))
            block = s_reopen(search->debug, die);
    }
    if (block == NULL)
        return;
    search->dies.passed = 0;
    s_search_children(search, block, depth + 1);
    dwarf_dealloc_die(block);
}

static void s_search_in(struct s_search *search, struct ms_die_place place) {
    Dwarf_Die die = NULL;
    search->dies = (struct ms_die_walk){search->debug, 0};
    if (!ms_die_open(search->debug, place, &die))
        return;
    s_search_children(search, die, 0);
    dwarf_dealloc_die(die);
}

/* The pointer that DIE's type is, behind typedefs and qualifiers; NULL: it is none. Frees DIE. */
static Dwarf_Die s_pointer(Dwarf_Debug debug, Dwarf_Die die) {
    for (int i = 0; i < MS_DIE_CHAIN_LIMIT && die != NULL; i++) {
        Dwarf_Die type = NULL;
        if (!ms_die_follow(debug, die, DW_AT_type, &type))
            type = NULL;
        dwarf_dealloc_die(die);
        die = type;
        if (die == NULL || ms_die_tag(debug, die) == DW_TAG_pointer_type)
            return die;
    }
    if (die != NULL)
        dwarf_dealloc_die(die);
    return NULL;
}

const char *ms_variables_find_type(struct ms_types *types, const struct ms_unit *unit,
                                   uint64_t address, const char *name, bool pointed_to) {
    const struct ms_scope *chain[MS_INLINE_LIMIT];
    struct ms_dwarf *dwarf = types->dwarf;
    struct s_search search = {
        .debug = dwarf->debug, .unit = unit, .address = address, .name = name};
    size_t depth = ms_functions_find(unit->functions, dwarf, address, chain);
    while (depth > 0 && search.found == NULL)
        s_search_in(&search, chain[--depth]->place);
    if (search.found == NULL)
        s_search_in(&search, unit->place);
    Dwarf_Die typed = s_origin_with(dwarf->debug, search.found, DW_AT_type);
    if (typed != NULL && pointed_to)
        typed = s_pointer(dwarf->debug, typed);
    if (typed == NULL)
        return NULL;
    if (!unit->is_c)
        ms_types_read_names(types);
    const char *spelling = ms_spell_type_of(types, typed, unit->is_c);
    dwarf_dealloc_die(typed);
    return spelling;
}
