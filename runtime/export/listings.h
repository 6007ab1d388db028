/* SPDX-License-Identifier: MIT */
/* The text of source files that a report names, for the page to show. Plain data. */
#ifndef MS_EXPORT_LISTINGS_H
#define MS_EXPORT_LISTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "export/writer.h"

struct ms_listing_part {
    uint64_t first_line;
    const char *text; /* whole lines; valid UTF-8 */
};

struct ms_listing {
    const char **names; /* as the report has them: one file may have several */
    size_t name_count;
    const char *path;                    /* where it was read; valid UTF-8 */
    bool changed;                        /* since the program was started */
    const struct ms_listing_part *parts; /* by line */
    size_t part_count;
};

struct ms_listings {
    const struct ms_listing *files; /* that with the most bytes first */
    size_t count;
};

void ms_listings_write(struct ms_writer *writer, const struct ms_listings *listings);

#endif
