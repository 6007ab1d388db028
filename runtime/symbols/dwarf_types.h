/* SPDX-License-Identifier: MIT */
/*
 * The types of one file by name. Types are taken in at the first question, those in functions at
 * the first question that those outside do not answer. Only complete types are; of two with one
 * name in two units, the first counts, unless the unit of a source is asked for.
 */
#ifndef MS_SYMBOLS_DWARF_TYPES_H
#define MS_SYMBOLS_DWARF_TYPES_H

#include "symbols/dwarf_units.h"
#include "symbols/key_table.h"
#include "symbols/type_name.h"

/* A type: its DIE, and the language of the unit that is in. */
struct ms_type_place {
    struct ms_die_place die;
    bool is_c;
};

struct ms_types {
    struct ms_dwarf *dwarf;
    struct ms_type_entry {
        const char *name;
        struct ms_type_place place;
        enum ms_type_kind kind;
        uint32_t scope; /* 0: all units; else that of the unit scope - 1, which has it too */
    } * entries;
    size_t entry_count, entry_capacity;
    struct ms_key_table names; /* scope, kind and name -> entry */

    struct ms_key_table sources; /* name of a source file -> its unit */
    struct ms_key_table taken;   /* units whose own types are in `entries`, with any value */
    bool has_sources;

    const char **qualified; /* "ns::Class" */
    size_t qualified_count, qualified_capacity;
    struct ms_key_table scoped; /* place of a type in a namespace or class -> its qualified name */

    struct ms_type_extent {
        uint64_t size, alignment;
        bool known;
    } * extents;
    size_t extent_count, extent_capacity;
    struct ms_key_table measured; /* place of a struct, union or array -> its extent */

    bool indexed, deep;
};

/* DWARF outlives TYPES. */
void ms_types_init(struct ms_types *types, struct ms_dwarf *dwarf);
void ms_types_fini(struct ms_types *types);

/* DEEP: look into functions too. */
bool ms_types_find(struct ms_types *types, enum ms_type_kind kind, const char *name, bool deep,
                   struct ms_type_place *out);

/* The same in the compilation of the source FILE alone, outside of functions. */
bool ms_types_find_in(struct ms_types *types, const char *file, enum ms_type_kind kind,
                      const char *name, struct ms_type_place *out);

/* Reads, once, which namespaces and classes the types outside of functions are in. */
void ms_types_read_names(struct ms_types *types);

/* The name of the type DIE with its namespaces and classes, as far as they are read; NULL: it has
 * none. */
const char *ms_types_find_name(const struct ms_types *types, Dwarf_Die die);

#endif
