/* SPDX-License-Identifier: MIT */
/* The lines of call stacks, each once, with numbers from 0 on. Not thread-safe. */
#ifndef MS_EXPORT_FRAME_TABLE_H
#define MS_EXPORT_FRAME_TABLE_H

#include "export/profile_samples.h"
#include "model/arena.h"
#include "model/names.h"

/* Zeroed, it is empty; after ms_frame_table_init it may be filled. */
struct ms_frame_table {
    struct ms_arena arena;
    struct ms_names names;
    struct ms_index places;        /* name, file -> number of that pair */
    struct ms_index lines;         /* number of the pair, line -> index in `list` */
    struct ms_profile_frame *list; /* by number; the strings are the table's own */
    uint32_t count, capacity;
};

void ms_frame_table_init(struct ms_frame_table *table);
void ms_frame_table_fini(struct ms_frame_table *table);

/* The number of FRAME, which is added if it is new. MS_OK or MS_NO_MEMORY. */
enum ms_status ms_frame_table_add(struct ms_frame_table *table,
                                  const struct ms_profile_frame *frame, uint32_t *number);

#endif
