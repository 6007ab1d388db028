/* SPDX-License-Identifier: MIT */
#include "journal/extents.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

static const size_t s_entry_size[MS_TABLE_COUNT] = {
#define X(number, name, size) [MS_TABLE_##name] = size,
    MS_TABLES(X)
#undef X
};

static enum ms_status s_check(const struct ms_extent *extent, uint64_t file_size) {
    if (extent->table >= MS_TABLE_COUNT || extent->offset < MS_FIRST_EXTENT || extent->size == 0)
        return MS_CORRUPT;
    if (extent->offset % MS_EXTENT_ALIGN != 0 || extent->size % MS_EXTENT_ALIGN != 0)
        return MS_CORRUPT;
    if (!ms_checked_range(extent->offset, extent->size, file_size))
        return MS_TRUNCATED;
    return MS_OK;
}

static int s_by_offset(const void *left, const void *right) {
    const struct ms_extent *a = left;
    const struct ms_extent *b = right;
    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* Bytes that two extents share would be counted twice, and a few thousand bytes of directory could
 * stand for any amount of work. Sorts SORTED. */
static bool s_overlap(struct ms_extent *sorted, uint32_t count) {
    qsort(sorted, count, sizeof(*sorted), s_by_offset);
    for (uint32_t i = 1; i < count; i++)
        if (sorted[i].offset < sorted[i - 1].offset + sorted[i - 1].size)
            return true;
    return false;
}

/* EXTENTS are checked. Pieces that lie back to back in the file too become one. */
static void s_fill_list(struct ms_piece_list *list, const struct ms_extent *extents, uint32_t count,
                        uint32_t table, const unsigned char *file) {
    struct ms_piece *last = NULL;
    list->entry_size = s_entry_size[table];
    for (uint32_t i = 0; i < count; i++) {
        const struct ms_extent *extent = &extents[i];
        if (extent->table != table)
            continue;
        const unsigned char *bytes = file + extent->offset;
        uint64_t entries = extent->size / list->entry_size;
        if (last != NULL && last->bytes + last->count * list->entry_size == bytes) {
            last->count += entries;
        } else {
            last = &list->pieces[list->piece_count++];
            *last = (struct ms_piece){list->capacity, entries, bytes};
        }
        list->capacity += entries;
    }
}

enum ms_status ms_extents_init(struct ms_extents *extents, const struct ms_extent *directory,
                               uint32_t count, const unsigned char *file, uint64_t file_size) {
    if (count > MS_EXTENT_COUNT)
        return MS_CORRUPT;
    memset(extents, 0, sizeof(*extents));
    enum ms_status status = MS_OK;
    /* The file may be written to meanwhile: one copy is checked and used. */
    struct ms_extent *copy = calloc(2 * (size_t)count + 1, sizeof(*copy));
    extents->storage = calloc((size_t)count + 1, sizeof(*extents->storage));
    if (copy == NULL || extents->storage == NULL)
        status = MS_NO_MEMORY;
    for (uint32_t i = 0; status == MS_OK && i < count; i++) {
        copy[i] = directory[i];
        status = s_check(&copy[i], file_size);
    }
    if (status == MS_OK) {
        memcpy(copy + count, copy, count * sizeof(*copy));
        if (s_overlap(copy + count, count))
            status = MS_CORRUPT;
    }
    struct ms_piece *pieces = extents->storage;
    for (uint32_t table = 0; status == MS_OK && table < MS_TABLE_COUNT; table++) {
        extents->tables[table].pieces = pieces;
        s_fill_list(&extents->tables[table], copy, count, table, file);
        pieces += extents->tables[table].piece_count;
    }
    free(copy);
    if (status != MS_OK)
        ms_extents_fini(extents);
    return status;
}

void ms_extents_fini(struct ms_extents *extents) {
    free(extents->storage);
    extents->storage = NULL;
}

const void *ms_piece_list_find(const struct ms_piece_list *list, uint64_t index,
                               uint64_t *following) {
    if (index >= list->capacity)
        return NULL;
    size_t low = 0;
    size_t high = list->piece_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (list->pieces[middle].first <= index)
            low = middle;
        else
            high = middle;
    }
    const struct ms_piece *piece = &list->pieces[low];
    uint64_t within = index - piece->first;
    if (following != NULL)
        *following = piece->count - within;
    return piece->bytes + within * list->entry_size;
}
