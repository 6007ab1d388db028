/* SPDX-License-Identifier: MIT */
/* Where the members of a struct, class or union are, and what is between them. */
#ifndef MS_SYMBOLS_DWARF_MEMBERS_H
#define MS_SYMBOLS_DWARF_MEMBERS_H

#include "symbols/dwarf_types.h"

enum ms_member_kind {
    MS_MEMBER_PLAIN,
    MS_MEMBER_BIT_FIELD,
    MS_MEMBER_FLEXIBLE, /* an array without bounds, or of none */
    MS_MEMBER_BASE,
    MS_MEMBER_VTABLE, /* the compiler's own */
};

struct ms_member {
    struct ms_die_place place;
    enum ms_member_kind kind;
    unsigned traits;               /* MEMSCOPE_MEMBER_* of its type */
    uint64_t offset;               /* of the first byte that has some of it */
    uint64_t size;                 /* bytes that have some of it: a bit-field may share them */
    uint64_t alignment;            /* of its type, or as asked for */
    uint64_t storage;              /* offset that the alignment is for: of a bit-field, its unit */
    uint64_t bit_offset, bit_size; /* of a bit-field, from the start of the struct */
    uint64_t hole_after;
};

struct ms_members {
    struct ms_member *items; /* in the order of the source */
    size_t count, capacity;
    bool is_union;
    bool doubtful; /* where a member is, is not known before the program runs (a virtual base) */
    uint64_t size, alignment, padding;
};

/* The members of DIE, a struct, class or union. False: incomplete or
 * damaged; there is nothing to free then. */
bool ms_members_read(struct ms_types *types, Dwarf_Die die, int depth, struct ms_members *out);
void ms_members_fini(struct ms_members *members);

#endif
