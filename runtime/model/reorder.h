/* SPDX-License-Identifier: MIT */
/*
 * The order of a struct's members that wastes least, by the rules by which the ABI lays structs out
 * (System V psABIs of x86-64, AArch64 and others: each member at the next multiple of its
 * alignment, a bit-field never across a unit of its type; Itanium C++ ABI for classes).
 *
 * What has to stay stays: base classes and the pointer of virtual functions in front, an array of
 * open length at the end, a run of bit-fields together and in its order. So does a struct that
 * comes first: programs cast between it and what it begins. Where the rules do not lead to the
 * layout that the compiler made (packed, aligned by an attribute that the debug information does
 * not have), there is no answer.
 */
#ifndef MS_MODEL_REORDER_H
#define MS_MODEL_REORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "memscope/report.h"

#define MS_REORDER_MOVES 8u /* more are not told one by one */

struct ms_reorder_input {
    const struct memscope_member *members;
    size_t count;
    uint64_t size;
    uint64_t alignment;
    bool open_end; /* blocks are larger than the struct: the last member is taken to go on */
};

struct ms_reorder {
    uint64_t size;      /* of the struct with its members in the best order */
    const char *reason; /* why that is not known, for people; NULL: it is */
    uint32_t *order;    /* indices of members, by place; malloc'ed. NULL: there is no better one */
    size_t move_count;  /* 0: too many to tell */
    struct {
        uint32_t member, behind; /* indices; behind MS_REORDER_FRONT: to the front */
    } moves[MS_REORDER_MOVES];
};
#define MS_REORDER_FRONT UINT32_MAX

/* MS_OK or MS_NO_MEMORY. For the caller to ms_reorder_fini. */
enum ms_status ms_reorder_find(const struct ms_reorder_input *input, struct ms_reorder *out);
void ms_reorder_fini(struct ms_reorder *reorder);

#endif
