/* SPDX-License-Identifier: MIT */
/*
 * dwz moves what the programs of a package have in common out of their debug information, into one
 * file for all. Here the two are made one again: behind each section of the first the same of the
 * second, with all that refers to them changed to where that is now. No reader of DIEs has to know
 * of a second file, and libdwarf needs none (20210528 cannot follow the references at all).
 *
 * Sources: DWARF 5, 7.5 (forms) and 7.3.6 (supplementary files); GNU extensions DW_FORM_GNU_ref_alt
 * and DW_FORM_GNU_strp_alt.
 */
#ifndef MS_SYMBOLS_DWARF_SUPPLEMENT_H
#define MS_SYMBOLS_DWARF_SUPPLEMENT_H

#include <stdbool.h>
#include <stdint.h>

enum ms_supplement_section {
    MS_SUPPLEMENT_INFO,
    MS_SUPPLEMENT_ABBREV,
    MS_SUPPLEMENT_STR,
    MS_SUPPLEMENT_LINE,
    MS_SUPPLEMENT_LINE_STR,
    MS_SUPPLEMENT_SECTIONS
};

struct ms_joined_section {
    const unsigned char *first, *second; /* either may be missing: of size 0 */
    uint64_t first_size, second_size;
    unsigned char *joined; /* of both sizes together; the caller frees it */
};

/* Fills in `joined` of all SECTIONS. False: out of memory, or one of the files is damaged; `joined`
 * is then NULL in all. */
bool ms_supplement_join(struct ms_joined_section sections[MS_SUPPLEMENT_SECTIONS], bool big_endian);

#endif
