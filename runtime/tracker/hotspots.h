/* SPDX-License-Identifier: MIT */
/*
 * A tracker's variables with what the counters of their sites have, one row for each name and
 * place. No block is looked at. Any thread, no lock; what other threads do meanwhile may be in it
 * or not.
 */
#ifndef MS_TRACKER_HOTSPOTS_H
#define MS_TRACKER_HOTSPOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tracker/tracker.h"

struct ms_hotspots {
    const struct ms_tracker_entry *entries;
    uint32_t entry_count;
    struct memscope_hotspot *rows; /* room for entry_count, zeroed */
    size_t count;                  /* of rows */
    char *text, *text_end;         /* room for the locations; `text` grows */
};

/* The room that the location of a site takes at most. */
size_t ms_hotspots_text_size(uint32_t site);

/* Fills in the rows, largest total_size first. False: no memory. */
bool ms_hotspots_fill(struct ms_hotspots *out);

#endif
