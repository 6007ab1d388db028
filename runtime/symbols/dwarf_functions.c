/* SPDX-License-Identifier: MIT */
#include "symbols/dwarf_functions.h"

#include <stdlib.h>

#include "symbols/grow.h"
#include "symbols/key_table.h"

/* Scopes are in the order of their DIEs, so that what is nested comes right behind what it is in.
 */
struct ms_functions {
    struct ms_scope *scopes;
    size_t scope_count, scope_capacity;
    struct ms_ranges ranges; /* of all scopes, those of one together; not sorted */
    struct ms_ranges outer;  /* of the functions; owner: index of the scope */
    const char **prefixes;   /* "ns::Class", for functions declared there */
    size_t prefix_count, prefix_capacity;
    struct ms_key_table declared; /* place of a DIE -> index of the prefix */
};

struct s_walk {
    struct ms_die_walk dies;
    struct ms_functions *functions;
    struct ms_dwarf *dwarf;
    const struct ms_unit *unit;
    bool failed;
};

static void s_walk_children(struct s_walk *walk, Dwarf_Die parent, int depth, uint32_t prefix);

static uint32_t s_find_small(Dwarf_Debug debug, Dwarf_Die die, Dwarf_Half attribute) {
    uint64_t number;
    bool found = ms_die_find_number(debug, die, attribute, &number) && number < UINT32_MAX;
    return found ? (uint32_t)number : 0;
}

static bool s_read_scope(struct s_walk *walk, Dwarf_Die die, bool inlined, uint32_t *index) {
    struct ms_functions *functions = walk->functions;
    Dwarf_Debug debug = walk->dwarf->debug;
    size_t first = functions->ranges.count;
    if (functions->scope_count >= MS_RANGE_NONE ||
        !ms_grow_room(&functions->scopes, functions->scope_count, &functions->scope_capacity,
                      sizeof(*functions->scopes)) ||
        !ms_die_add_ranges(debug, die, walk->unit->low, (uint32_t)functions->scope_count,
                           &functions->ranges)) {
        walk->failed = true;
        return false;
    }
    if (functions->ranges.count == first)
        return false; /* a declaration, or the pattern of inlined ones */
    struct ms_scope scope = {
        .place = ms_die_get_place(debug, die),
        .first_range = (uint32_t)first,
        .range_count = (uint32_t)(functions->ranges.count - first),
        .inlined = inlined,
    };
    if (inlined) {
        scope.call_file = s_find_small(debug, die, DW_AT_call_file);
        scope.call_line = s_find_small(debug, die, DW_AT_call_line);
        scope.call_column = s_find_small(debug, die, DW_AT_call_column);
    }
    *index = (uint32_t)functions->scope_count;
    functions->scopes[functions->scope_count++] = scope;
    return true;
}

static void s_walk_scope(struct s_walk *walk, Dwarf_Die die, bool inlined, int depth) {
    uint32_t index = MS_RANGE_NONE;
    bool has_code = s_read_scope(walk, die, inlined, &index);
    if (!walk->failed)
        s_walk_children(walk, die, depth + 1, MS_KEY_NONE);
    if (has_code)
        walk->functions->scopes[index].end = (uint32_t)walk->functions->scope_count;
}

/* The number of the prefix for what is declared in DIE, which is itself declared in OUTER. */
static uint32_t s_new_prefix(struct s_walk *walk, Dwarf_Die die, uint32_t outer) {
    struct ms_functions *functions = walk->functions;
    const char *name = ms_die_find_text(walk->dwarf->debug, die, DW_AT_name);
    if (name == NULL && ms_die_tag(walk->dwarf->debug, die) == DW_TAG_namespace &&
        !ms_die_has(walk->dwarf->debug, die, DW_AT_abstract_origin))
        name = "(anonymous namespace)"; /* as demanglers spell it */
    if (name == NULL)
        return outer;
    if (outer != MS_KEY_NONE)
        name = ms_pool_join(&walk->dwarf->pool, functions->prefixes[outer], "::", name);
    if (name == NULL || functions->prefix_count >= MS_KEY_NONE ||
        !ms_grow_room(&functions->prefixes, functions->prefix_count, &functions->prefix_capacity,
                      sizeof(*functions->prefixes)))
        return outer;
    functions->prefixes[functions->prefix_count] = name;
    return (uint32_t)functions->prefix_count++;
}

static void s_walk_die(struct s_walk *walk, Dwarf_Die die, int depth, uint32_t prefix) {
    Dwarf_Debug debug = walk->dwarf->debug;
    switch (ms_die_tag(debug, die)) {
    case DW_TAG_subprogram:
        if (prefix != MS_KEY_NONE)
            ms_key_add(&walk->functions->declared, ms_die_key(ms_die_get_place(debug, die)),
                       prefix);
        s_walk_scope(walk, die, false, depth);
        break;
    case DW_TAG_inlined_subroutine:
        s_walk_scope(walk, die, true, depth);
        break;
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
        if (walk->unit->is_c)
            break;
        /* fall through */
    case DW_TAG_namespace:
        s_walk_children(walk, die, depth + 1, s_new_prefix(walk, die, prefix));
        break;
    case DW_TAG_lexical_block:
    case DW_TAG_try_block:
    case DW_TAG_catch_block:
    case DW_TAG_module:
        s_walk_children(walk, die, depth + 1, prefix);
        break;
    default:
        break;
    }
}

static void s_walk_children(struct s_walk *walk, Dwarf_Die parent, int depth, uint32_t prefix) {
    Dwarf_Die die = NULL;
    if (depth > MS_DIE_DEPTH_LIMIT || !ms_die_first_child(&walk->dies, parent, &die))
        return;
    while (die != NULL && !walk->failed) {
        s_walk_die(walk, die, depth, prefix);
        ms_die_advance(&walk->dies, &die);
    }
    if (die != NULL)
        dwarf_dealloc_die(die);
}

struct ms_functions *ms_functions_read(struct ms_dwarf *dwarf, const struct ms_unit *unit) {
    Dwarf_Die die = NULL;
    struct ms_functions *functions = calloc(1, sizeof(*functions));
    if (functions == NULL || !ms_die_open(dwarf->debug, unit->place, &die)) {
        free(functions);
        return NULL;
    }
    struct s_walk walk = {{dwarf->debug, 0}, functions, dwarf, unit, false};
    s_walk_children(&walk, die, 0, MS_KEY_NONE);
    dwarf_dealloc_die(die);
    for (size_t i = 0; i < functions->ranges.count; i++) {
        const struct ms_range *range = &functions->ranges.items[i];
        if (range->owner < functions->scope_count && !functions->scopes[range->owner].inlined)
            ms_ranges_add(&functions->outer, range->low, range->high, range->owner);
    }
    ms_ranges_sort(&functions->outer);
    return functions;
}

void ms_functions_destroy(struct ms_functions *functions) {
    if (functions == NULL)
        return;
    free(functions->scopes);
    free(functions->prefixes);
    ms_ranges_fini(&functions->ranges);
    ms_ranges_fini(&functions->outer);
    ms_key_fini(&functions->declared);
    free(functions);
}

/* What DIE is declared in, as a prefix of its name; NULL: nothing. With link-time optimization it
 * is in another unit than its code. */
static const char *s_find_prefix(const struct ms_functions *functions, struct ms_dwarf *dwarf,
                                 struct ms_die_place place) {
    const struct ms_functions *its_own = ms_dwarf_find_functions(dwarf, place);
    if (its_own != NULL)
        functions = its_own;
    uint32_t prefix = ms_key_find(&functions->declared, ms_die_key(place));
    return prefix != MS_KEY_NONE ? functions->prefixes[prefix] : NULL;
}

/* The name of SCOPE is at the end of a chain: an inlined or out-of-line copy has the function it
 * was made from as its origin, and a C++ definition has its declaration in the class. */
static const char *s_find_name(const struct ms_functions *functions, struct ms_dwarf *dwarf,
                               struct ms_die_place place) {
    Dwarf_Die die = NULL;
    const char *name = NULL;
    const char *prefix = NULL;
    if (!ms_die_open(dwarf->debug, place, &die))
        return NULL;
    for (int i = 0; i < MS_DIE_CHAIN_LIMIT && die != NULL; i++) {
        const char *around = s_find_prefix(functions, dwarf, ms_die_get_place(dwarf->debug, die));
        if (around != NULL) /* the end of the chain knows best */
            prefix = around;
        if (name == NULL)
            name = ms_die_find_text(dwarf->debug, die, DW_AT_name);
        Dwarf_Die next = NULL;
        if (!ms_die_follow(dwarf->debug, die, DW_AT_abstract_origin, &next) &&
            !ms_die_follow(dwarf->debug, die, DW_AT_specification, &next))
            next = NULL;
        dwarf_dealloc_die(die);
        die = next;
    }
    if (die != NULL)
        dwarf_dealloc_die(die);
    if (name != NULL && prefix != NULL)
        return ms_pool_join(&dwarf->pool, prefix, "::", name);
    return name;
}

static bool s_covers(const struct ms_functions *functions, const struct ms_scope *scope,
                     uint64_t address) {
    const struct ms_range *range = &functions->ranges.items[scope->first_range];
    for (uint32_t i = 0; i < scope->range_count; i++, range++) {
        if (range->low <= address && address < range->high)
            return true;
    }
    return false;
}

size_t ms_functions_find(struct ms_functions *functions, struct ms_dwarf *dwarf, uint64_t address,
                         const struct ms_scope *chain[MS_INLINE_LIMIT]) {
    uint32_t at = functions != NULL ? ms_ranges_find(&functions->outer, address) : MS_RANGE_NONE;
    size_t count = 0;
    while (at != MS_RANGE_NONE && count < MS_INLINE_LIMIT) {
        struct ms_scope *scope = &functions->scopes[at];
        if (!scope->named) {
            scope->named = true;
            scope->name = s_find_name(functions, dwarf, scope->place);
        }
        chain[count++] = scope;
        uint32_t inner = at + 1, end = scope->end;
        at = MS_RANGE_NONE;
        while (inner < end && at == MS_RANGE_NONE) {
            const struct ms_scope *candidate = &functions->scopes[inner];
            if (candidate->inlined && s_covers(functions, candidate, address))
                at = inner;
            else
                inner = candidate->end;
        }
    }
    return count;
}
