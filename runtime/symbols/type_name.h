/* SPDX-License-Identifier: MIT */
/* C spellings of types: taken apart, and made the same where C has several for one type. */
#ifndef MS_SYMBOLS_TYPE_NAME_H
#define MS_SYMBOLS_TYPE_NAME_H

#include <stdbool.h>
#include <stdint.h>

#define MS_TYPE_NAME_BYTES 1024u /* longer names are not looked up */

enum ms_type_kind {
    MS_TYPE_PLAIN, /* no tag: "int", "node_t", and the classes of C++ */
    MS_TYPE_STRUCT,
    MS_TYPE_UNION,
    MS_TYPE_ENUM,
};

/* What a spelling asks for: COUNT objects of the type NAME; or of a pointer, whose target does not
 * matter; or of what the pointer type NAME points to. */
struct ms_type_query {
    uint64_t count; /* of the elements of arrays; 1: no array */
    bool pointer;
    bool pointee; /* "*sds" */
    enum ms_type_kind kind;
    char name[MS_TYPE_NAME_BYTES];
};

/* False: not the spelling of an object type, or too long. */
bool ms_type_name_parse(const char *spelling, struct ms_type_query *out);

/* "long unsigned int", as compilers write it into DWARF, is "unsigned long", as people write it.
 * Returns NAME itself, or a constant string, when NAME is another spelling of a standard type. */
const char *ms_type_name_of_base(const char *name);

#endif
