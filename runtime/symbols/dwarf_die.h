/* SPDX-License-Identifier: MIT */
/*
 * Reading debugging information entries (DIEs): libdwarf's calls with its errors taken away. A
 * value that is not there and one that is damaged are the same here: false or NULL.
 *
 * Strings are the file's own bytes and live as long as DEBUG.
 */
#ifndef MS_SYMBOLS_DWARF_DIE_H
#define MS_SYMBOLS_DWARF_DIE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbols/address_ranges.h"
#include "symbols/dwarf_shim.h"

/* A DIE may refer to another, and that to a third: no sane chain is longer. */
#define MS_DIE_CHAIN_LIMIT 32
/* No sane DIE is nested deeper. */
#define MS_DIE_DEPTH_LIMIT 256

/* Where a DIE is: in .debug_info, or in the .debug_types of DWARF 4. */
struct ms_die_place {
    uint64_t offset;
    bool is_info;
};

/* A place as one number, for tables. */
static inline uint64_t ms_die_key(struct ms_die_place place) {
    return place.offset << 1 | (place.is_info ? 1 : 0);
}

/* True for DW_DLV_OK; frees the error of a failed call. */
bool ms_die_ok(Dwarf_Debug debug, int result, Dwarf_Error error);

/* The caller frees what these return, with dwarf_dealloc_die. */
bool ms_die_open(Dwarf_Debug debug, struct ms_die_place place, Dwarf_Die *out);

/* A walk over the DIEs below one. In a sound file each lies behind those seen before it; where that
 * does not hold a walk takes no further step there, so that it sees a DIE once at most and ends. */
struct ms_die_walk {
    Dwarf_Debug debug;
    uint64_t passed; /* offset of the last DIE seen; begins with 0 */
};

bool ms_die_first_child(struct ms_die_walk *walk, Dwarf_Die die, Dwarf_Die *out);

/* Frees *DIE and puts its next sibling there, or NULL. */
void ms_die_advance(struct ms_die_walk *walk, Dwarf_Die *die);

struct ms_die_place ms_die_get_place(Dwarf_Debug debug, Dwarf_Die die);
Dwarf_Half ms_die_tag(Dwarf_Debug debug, Dwarf_Die die); /* 0: damaged */

const char *ms_die_find_text(Dwarf_Debug debug, Dwarf_Die die, Dwarf_Half attribute);
bool ms_die_find_number(Dwarf_Debug debug, Dwarf_Die die, Dwarf_Half attribute, uint64_t *out);
bool ms_die_has(Dwarf_Debug debug, Dwarf_Die die, Dwarf_Half attribute);
bool ms_die_has_flag(Dwarf_Debug debug, Dwarf_Die die, Dwarf_Half attribute);
bool ms_die_find_reference(Dwarf_Debug debug, Dwarf_Die die, Dwarf_Half attribute,
                           struct ms_die_place *out);

/* Follows a reference: opens the DIE that ATTRIBUTE of DIE names. */
bool ms_die_follow(Dwarf_Debug debug, Dwarf_Die die, Dwarf_Half attribute, Dwarf_Die *out);

/* The bytes offset that a DW_AT_data_member_location gives, also as DW_OP_plus_uconst. */
bool ms_die_find_member_offset(Dwarf_Debug debug, Dwarf_Die die, uint64_t *out);

/* Adds the code addresses of DIE, which has DW_AT_low_pc and DW_AT_high_pc or DW_AT_ranges. BASE is
 * the low_pc of its unit. False: out of memory or too many. */
bool ms_die_add_ranges(Dwarf_Debug debug, Dwarf_Die die, uint64_t base, uint32_t owner,
                       struct ms_ranges *out);

#endif
