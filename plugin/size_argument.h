/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the size that an allocation asks for says about the block. GCC has folded sizeof to a number
 * by the time a plugin sees it, but the number is still that of the type:
 *
 *     malloc(40)                 one object of 40 bytes
 *     calloc(n, 16), n * 16      elements of 16 bytes
 *     24 + n * 8                 a header of 24 bytes, then elements of 8: a flexible array
 */
#ifndef MS_PLUGIN_SIZE_ARGUMENT_H
#define MS_PLUGIN_SIZE_ARGUMENT_H

#include "known_types.h"

/* A size as CONSTANT + FACTOR * n, n not known; FACTOR is 0 for a constant. */
struct ms_affine {
    HOST_WIDE_INT constant = 0;
    uint64_t factor = 0;
};
ms_affine ms_size_affine(tree value);

/* Whether STATEMENT, a call, asks for one object of SIZE bytes or for a number of them. */
bool ms_size_fits(gimple *statement, uint64_t size);

/* The same for just one object. */
bool ms_size_is(gimple *statement, uint64_t size);

/* How a block of a type is made up: `header` bytes, then elements of `size` bytes. */
struct ms_elements {
    bool is_known = false;
    uint64_t header = 0;
    uint64_t size = 0;
    std::string spelling;
    /* What the call asks for: the one argument, or the product of the two. */
    tree bytes = NULL_TREE;
    tree count = NULL_TREE;
    bool is_certain = false; /* the block has just that size: the C library's own functions */
};

/* What STATEMENT, a call that gives a block used as POINTEE from OFFSET on, says of the elements:
 * `new T[n]` keeps n in front where T has a destructor. */
ms_elements ms_size_elements(gimple *statement, const ms_pointee *pointee, uint64_t offset = 0);

#endif
