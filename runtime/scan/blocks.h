/* SPDX-License-Identifier: MIT */
/*
 * The live blocks of the journal, sorted by address, and a quick way from any address to the block
 * around it. Made for one scan, in pages of its own; nothing is locked, and threads that do not
 * stand still may change the journal meanwhile.
 */
#ifndef MS_SCAN_BLOCKS_H
#define MS_SCAN_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MS_SCAN_NO_BLOCK   UINT32_MAX
#define MS_SCAN_PART_BITS  26u /* of an address: one leaf */
#define MS_SCAN_PAGE_BITS  12u /* one entry of a leaf */
#define MS_SCAN_PARTS      (1u << (47 - MS_SCAN_PART_BITS))
#define MS_SCAN_PAGE_BYTES (1u << MS_SCAN_PAGE_BITS)
#define MS_SCAN_PAGES      (1u << (MS_SCAN_PART_BITS - MS_SCAN_PAGE_BITS))

struct ms_scan_block {
    uint64_t start, size; /* size: at least 1, so that a block of none can be pointed to */
    uint32_t id;          /* of its record */
    uint32_t reach : 8;   /* enum ms_reach; MS_REACH_UNKNOWN: nothing has led to it so far */
    uint32_t site : 24;   /* that has made it, 0: not known yet */
};

struct ms_scan_blocks {
    struct ms_scan_block *all; /* by address */
    struct ms_scan_block *spare;
    size_t capacity;   /* of each of the two */
    uint16_t *offsets; /* of each block in its page: a search there touches few cache lines */
    uint32_t count;
    uint64_t low, span; /* no block is outside of low .. low + span */
    struct ms_scan_part {
        uint32_t leaf;   /* 1 + its number, 0: no block begins here */
        uint32_t before; /* without a leaf: 1 + the block that reaches in, 0: none */
    } * parts;
    uint32_t (*leaves)[MS_SCAN_PAGES + 1]; /* how many blocks begin before each page */
    size_t leaf_count;
};

/* Finds them; false: no memory, and nothing is kept. */
bool ms_scan_blocks_init(struct ms_scan_blocks *blocks);
void ms_scan_blocks_fini(struct ms_scan_blocks *blocks);

/* The number of the first block that begins at ADDRESS or behind it; their count: none does. */
uint32_t ms_scan_blocks_from(const struct ms_scan_blocks *blocks, uint64_t address);

/* Where the blocks of the page of ADDRESS are counted, NULL: none begins near. ADDRESS is inside of
 * low .. low + span, as it is for the two below. */
static inline const uint32_t *ms_scan_blocks_page(const struct ms_scan_blocks *blocks,
                                                  uint64_t address) {
    struct ms_scan_part part = blocks->parts[address >> MS_SCAN_PART_BITS];
    return part.leaf != 0
               ? &blocks->leaves[part.leaf - 1][address >> MS_SCAN_PAGE_BITS & (MS_SCAN_PAGES - 1)]
               : NULL;
}

/* 1 + the number of the last block that begins at ADDRESS or before it, 0: there is none, or it
 * does not reach so far. */
static inline uint32_t ms_scan_blocks_before(const struct ms_scan_blocks *blocks,
                                             uint64_t address) {
    const uint32_t *page = ms_scan_blocks_page(blocks, address);
    if (page == NULL)
        return blocks->parts[address >> MS_SCAN_PART_BITS].before;
    uint16_t offset = address & (MS_SCAN_PAGE_BYTES - 1);
    uint32_t last = page[0], count = page[1] - page[0];
    while (count != 0) { /* without a jump that would be foretold wrongly */
        uint32_t half = (count + 1) / 2;
        last += blocks->offsets[last + half - 1] <= offset ? half : 0;
        count -= half;
    }
    return last;
}

/* The number of the block around ADDRESS, MS_SCAN_NO_BLOCK: there is none. */
static inline uint32_t ms_scan_blocks_find(const struct ms_scan_blocks *blocks, uint64_t address) {
    if (address - blocks->low >= blocks->span)
        return MS_SCAN_NO_BLOCK;
    uint32_t last = ms_scan_blocks_before(blocks, address);
    if (last == 0)
        return MS_SCAN_NO_BLOCK;
    const struct ms_scan_block *block = &blocks->all[last - 1];
    return address - block->start < block->size ? last - 1 : MS_SCAN_NO_BLOCK;
}

#endif
