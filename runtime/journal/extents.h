/* SPDX-License-Identifier: MIT */
/*
 * The tables of a mapped journal: which bytes of the file are entry N of a table. Built once from
 * the directory, which is checked while it is read, then constant.
 */
#ifndef MS_JOURNAL_EXTENTS_H
#define MS_JOURNAL_EXTENTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/layout.h"

/* A piece of a table: entries FIRST..FIRST+COUNT-1, back to back from BYTES on. */
struct ms_piece {
    uint64_t first;
    uint64_t count;
    const unsigned char *bytes;
};

/* Pieces are in the order of FIRST; each begins where the one before ends. */
struct ms_piece_list {
    struct ms_piece *pieces;
    size_t piece_count;
    uint64_t capacity; /* entries of all pieces */
    size_t entry_size;
};

struct ms_extents {
    struct ms_piece_list tables[MS_TABLE_COUNT];
    struct ms_piece *storage; /* of all lists; owned */
};

/* Reads the first COUNT entries of DIRECTORY of the file that is mapped at FILE. MS_TRUNCATED: one
 * lies beyond the end of the file. MS_CORRUPT: one cannot be right. Call fini only after MS_OK. */
enum ms_status ms_extents_init(struct ms_extents *extents, const struct ms_extent *directory,
                               uint32_t count, const unsigned char *file, uint64_t file_size);
void ms_extents_fini(struct ms_extents *extents);

/* Entry INDEX, NULL when no piece has it; *FOLLOWING (may be NULL) is how many entries lie back to
 * back from there on, itself counted. */
const void *ms_piece_list_find(const struct ms_piece_list *list, uint64_t index,
                               uint64_t *following);

#endif
