/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The site records of the unit: `struct memscope_site` of include/memscope/abi.h, built as GCC
 * trees. A record is a static variable in the section MEMSCOPE_SITE_SECTION. It holds addresses of
 * strings, so in position independent code the loader writes to it, and the runtime writes its id
 * there; hence it is not declared read-only, and the section has the same flags in all objects.
 *
 * A record stays as long as some code refers to it: when GCC drops a function its sites go with it.
 * Those of static objects, which no code refers to, stay.
 * The linker keeps the section because the unit's constructor refers to its start and end.
 */
#ifndef MS_PLUGIN_SITES_H
#define MS_PLUGIN_SITES_H

#include "memscope/abi.h"

#include "gcc_api.h"

struct ms_site {
    uint8_t kind = MEMSCOPE_SITE_UNKNOWN;
    uint8_t evidence = MEMSCOPE_EVIDENCE_NONE;
    std::string var_name; /* empty: none; so are the next three */
    std::string type_name;
    std::string file;
    std::string function;
    bool has_label = false;
    std::string label;
    std::string element_name; /* empty: not known; so is the next */
    std::string deallocator;
    uint64_t element_size = 0;
    uint64_t header_size = 0;
    uint16_t flags = 0;
    uint64_t type_size = 0;
    location_t location = UNKNOWN_LOCATION;
    unsigned line = 0; /* in the file of LOCATION, where GCC has no location for it; 0: that */
};

/* The place of SITE in the source. */
expanded_location ms_sites_place(const ms_site &site);

/* Makes the record of SITE, fills in the file from its location, and gives the address of the
 * record. */
tree ms_sites_add(ms_site site);

/* For calls that are put into a function before it is known whether the function is compiled at
 * all: a constant that stands for the record of SITE, as the call's first argument. The pass that
 * instruments has ms_sites_now put the address of the record in its place, in each copy of the
 * function; NULL_TREE: ARGUMENT is no such constant. */
tree ms_sites_later(const ms_site &site);
tree ms_sites_now(tree argument);

/* The site that ARGUMENT stands for; null: it is no such constant. */
const ms_site *ms_sites_later_site(tree argument);

/* The type `struct memscope_site` as the compiler sees it. */
tree ms_sites_record_type(void);

/* How many records the unit has. */
size_t ms_sites_count(void);

/* Writes the table as JSON where the argument `sites` said. The PLUGIN_FINISH_UNIT callback. */
void ms_sites_write(void *event_data, void *user_data);

#endif
